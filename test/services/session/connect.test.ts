import { setTimeout as wait } from "node:timers/promises";
import { ChannelClosedError } from "@agentwire/kit/client";
import type { SessionEvent } from "@agentwire/models/session";
import { describe, expect, it } from "vitest";
import { eventually, WAYS } from "../support.js";
import { ALICE, BOB, CAROL, history, listen, network } from "./network.js";

describe.each(WAYS)("a connection %s", (way) => {
  it("hears what its agent may hear, as it happens", async () => {
    const { agent } = await network({}, way);
    const [alice, bob, carol] = [await agent(ALICE), await agent(BOB), await agent(CAROL)];
    const [a, b, c] = [await listen(alice), await listen(bob), await listen(carol)];
    const { session_id } = await alice.createSession({
      body: { invite: [BOB, CAROL], initial_message: { content: "one" } },
    });
    const path = { session_id };
    expect(await b.types(1)).toEqual(["invited"]);
    await bob.joinSession({ path });
    await alice.sendMessage({ path, body: { content: "two" } });
    await bob.leaveSession({ path });
    await alice.sendMessage({ path, body: { content: "behind" } });
    await alice.endSession({ path });
    expect(await a.types(8)).toEqual([
      "invited",
      "invited",
      "message",
      "joined",
      "message",
      "left",
      "message",
      "ended",
    ]);
    expect(await c.types(2)).toEqual(["invited", "ended"]);
    // The transcript begins with what was heard before, which the client drops.
    expect(await b.types(6)).toEqual(["invited", "invited", "message", "joined", "message", "left"]);
    await wait(50);
    expect(b.heard).toHaveLength(6);
  });

  it("gets what was missed first, then what is new, and each event once", async () => {
    const { agent } = await network({}, way);
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const { session_id } = await alice.createSession({ body: { invite: [BOB] } });
    const path = { session_id };
    await bob.joinSession({ path });
    const first = await listen(bob);
    expect(await first.types(2)).toEqual(["invited", "joined"]);
    first.close();
    await first.ended;
    await eventually(
      () => history(alice, session_id),
      (events) => events.length === 3,
    );
    for (const content of ["a", "b", "c"]) await alice.sendMessage({ path, body: { content } });
    const second = await listen(bob);
    await alice.sendMessage({ path, body: { content: "d" } });
    await second.types(6);
    expect(second.list()).toEqual([
      "3 disconnected",
      "4 message",
      "5 message",
      "6 message",
      "7 reconnected",
      "8 message",
    ]);
  });

  it("is refused without a good token, and closed when the token is changed", async () => {
    const { agent, admin, clientFor } = await network({}, way);
    const [alice] = [await agent(ALICE)];
    const channel = clientFor("nonsense").connect({}, { retries: 0 });
    await expect(channel.opened).rejects.toThrow();
    const ear = await listen(alice);
    await admin.rotateAgentToken({ path: { handle: ALICE } });
    const error = await ear.ended;
    expect(error).toBeInstanceOf(ChannelClosedError);
    expect(error).toMatchObject({ code: 4401 });
  });
});

describe("several connections of an agent", () => {
  it("each get every event, and make one presence", async () => {
    const { agent } = await network();
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const [one, two] = [await listen(bob), await listen(bob)];
    const path = { session_id: (await alice.createSession({ body: { invite: [BOB] } })).session_id };
    await bob.joinSession({ path });
    expect(await one.types(2)).toEqual(await two.types(2));
    one.close();
    await one.ended;
    await alice.sendMessage({ path, body: { content: "x" } });
    expect(await two.types(3)).toEqual(["invited", "joined", "message"]);
  });
});

describe.each(WAYS)("a further connection, %s", (way) => {
  it("begins after what the others have received", async () => {
    const { agent } = await network({}, way);
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const path = { session_id: (await alice.createSession({ body: { invite: [BOB] } })).session_id };
    await bob.joinSession({ path });
    const one = await listen(bob);
    await one.types(2);
    const two = await listen(bob);
    await alice.sendMessage({ path, body: { content: "x" } });
    await two.types(1);
    expect(two.list()).toEqual(["3 message"]);
  });
});

describe("presence", () => {
  it("puts out who stays away too long; without anybody the session ends", async () => {
    const { agent } = await network({ graceMs: 60 });
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const path = { session_id: (await alice.createSession({ body: { invite: [BOB] } })).session_id };
    await bob.joinSession({ path });
    const [a, b] = [await listen(alice), await listen(bob)];
    await b.types(2);
    b.close();
    expect(await a.types(4)).toEqual(["invited", "joined", "disconnected", "left"]);
    expect(a.heard[3]?.payload).toEqual({ agent: BOB, reason: "grace_expired" });
    expect((await bob.getSession({ path })).participants[1]).toMatchObject({ handle: BOB, status: "left" });
    a.close();
    await eventually(
      () => alice.getSession({ path }),
      ({ state }) => state === "ended",
    );
    expect((await history(bob, path.session_id)).at(-1)).toBe("4 left");
  });

  it("takes nobody for gone who never connected, nor when the service closes", async () => {
    const { agent, service } = await network({ graceMs: 20 });
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const path = { session_id: (await alice.createSession({ body: { invite: [BOB] } })).session_id };
    await bob.joinSession({ path });
    await wait(60);
    expect((await alice.getSession({ path })).participants.map(({ status }) => status)).toEqual(["joined", "joined"]);
    const ear = await listen(bob);
    await ear.types(2);
    await service.close({ timeoutMs: 500 });
    await wait(60);
    expect(ear.list()).toEqual(["1 invited", "2 joined"]);
    ear.close();
  });
});

describe("the tap", () => {
  it("hears every event of every session once, from now on", async () => {
    const { agent, admin } = await network();
    const [alice] = [await agent(ALICE), await agent(BOB)];
    const before = await alice.createSession({ body: { initial_message: { content: "x" } } });
    const channel = admin.tap();
    await channel.opened;
    const heard: SessionEvent[] = [];
    const done = (async () => {
      for await (const event of channel) heard.push(event);
    })();
    await alice.sendMessage({ path: { session_id: before.session_id }, body: { content: "y" } });
    await alice.createSession({ body: { invite: [BOB] } });
    await expect.poll(() => heard.length).toBe(2);
    channel.close();
    await done;
    expect(heard.map(({ type }) => type)).toEqual(["session.message", "session.invited"]);
  });
});
