/** Who is there and who is gone: connections, the grace window, and what sessions are told of both. */
import { describe, expect, it } from "vitest";
import { listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { eventually } from "../support.js";
import { created, scene, sessionOf, verdict } from "./scene.js";

const LONG = { graceMs: 600_000 };
const NONE = { graceMs: 0 };

describe("a connection that is lost", () => {
  it("the last socket: session.disconnected in every active session where joined, and the status stays", async () => {
    const { alice, bob } = await scene(LONG);
    const watcher = await listening(alice);
    const [one, two] = [await sessionOf(alice, bob), await sessionOf(bob, alice)];
    const ended = await sessionOf(alice, bob);
    await alice.end(ended);
    const left = await sessionOf(alice, bob);
    await bob.leave(left);
    const invited = await created(alice, { invite: [BOB] });
    await (await listening(bob)).close();
    for (const id of [one, two]) {
      expect((await watcher.next("disconnected", id)).payload).toEqual({ agent: BOB });
      expect(await bob.standing(id)).toBe("joined");
    }
    await watcher.quiet();
    for (const id of [ended, left, invited]) expect((await alice.course(id)).join()).not.toContain("disconnected");
  });

  it("further sockets open and close without a word", async () => {
    const { alice, bob } = await scene(LONG);
    const id = await sessionOf(alice, bob);
    const [first] = [await listening(bob), await listening(bob)];
    await (await listening(bob)).close();
    await first.close();
    await alice.send(id, "x");
    expect(await alice.course(id)).toEqual(["1 invited", "2 joined", "3 message"]);
  });

  it("an agent that never connects is never taken for gone", async () => {
    const { alice, bob, carol } = await scene(NONE);
    const id = await sessionOf(alice, bob, carol);
    await (await listening(carol)).close();
    await eventually(
      () => carol.standing(id),
      (standing) => standing === "left",
    );
    expect(await alice.course(id)).toEqual([
      "1 invited",
      "2 invited",
      "3 joined",
      "4 joined",
      "5 disconnected",
      "6 left",
    ]);
    expect([await alice.standing(id), await bob.standing(id)]).toEqual(["joined", "joined"]);
  });

  it("a client that vanishes without goodbye is noticed all the same", async () => {
    const { alice, bob } = await scene(LONG);
    const id = await sessionOf(alice, bob);
    const watcher = await listening(alice);
    (await listening(bob)).socket.terminate();
    await watcher.next("disconnected", id, { agent: BOB });
  });
});

describe("back within the grace window", () => {
  it("session.reconnected once, then what was missed is there and it can go on", async () => {
    const { alice, bob } = await scene(LONG);
    const id = await sessionOf(alice, bob);
    const first = await listening(bob);
    await first.course(id, 2);
    const watcher = await listening(alice);
    await first.close();
    await watcher.next("disconnected", id);
    await alice.send(id, "missed");
    const again = [await listening(bob), await listening(bob)];
    expect((await watcher.next("reconnected", id)).payload).toEqual({ agent: BOB });
    expect(verdict(await bob.send(id, "back"))).toBe("201");
    const wanted = ["3 disconnected", "4 message", "5 reconnected", "6 message"];
    expect(await again[0]?.course(id, 4)).toEqual(wanted);
    expect((await alice.course(id)).slice(2)).toEqual(wanted);
  });

  it("says nothing in sessions that ended, or that it left, meanwhile", async () => {
    const { alice, bob } = await scene(LONG);
    const [ended, left, open] = [await sessionOf(alice, bob), await sessionOf(alice, bob), await sessionOf(alice, bob)];
    const watcher = await listening(alice);
    await (await listening(bob)).close();
    for (const id of [ended, left, open]) await watcher.next("disconnected", id);
    await alice.end(ended);
    await bob.leave(left);
    await listening(bob);
    await watcher.next("reconnected", open);
    await watcher.quiet();
    expect((await alice.course(ended)).at(-1)).toBe("4 ended");
    expect((await alice.course(left)).at(-1)).toBe("4 left");
  });

  it("nobody is put out who came back in time, and a later absence has a window of its own", async () => {
    const { alice, bob } = await scene({ graceMs: 2000 });
    const id = await sessionOf(alice, bob);
    const watcher = await listening(alice);
    for (let round = 0; round < 3; round += 1) {
      await (await listening(bob)).close();
      await watcher.next("disconnected", id);
    }
    const stays = await listening(bob);
    await watcher.next("reconnected", id);
    await new Promise((resolve) => setTimeout(resolve, 2600));
    await stays.quiet();
    expect(await bob.standing(id)).toBe("joined");
    expect((await alice.course(id)).join()).not.toContain("left");
  });
});

describe("the grace window over", () => {
  it("status left, session.left with grace_expired, and only an invitation and a join bring it back", async () => {
    const { alice, bob } = await scene(NONE);
    const id = await sessionOf(alice, bob);
    const watcher = await listening(alice);
    await (await listening(bob)).close();
    expect((await watcher.next("left", id)).payload).toEqual({ agent: BOB, reason: "grace_expired" });
    expect(await bob.standing(id)).toBe("left");
    expect(verdict(await bob.send(id, "x"))).toBe("403 not_joined");
    expect(verdict(await bob.join(id))).toBe("409 not_invited");
    await alice.invite(id, BOB);
    expect(verdict(await bob.join(id))).toBe("200");
    expect(verdict(await bob.send(id, "x"))).toBe("201");
  });

  it("returning after it: what was missed up to its own session.left, and no session.reconnected", async () => {
    const { alice, bob } = await scene(NONE);
    const id = await sessionOf(alice, bob);
    const first = await listening(bob);
    await first.course(id, 2);
    const watcher = await listening(alice);
    await first.close();
    await watcher.next("left", id);
    await alice.send(id, "behind");
    const again = await listening(bob);
    expect(await again.course(id, 2)).toEqual(["3 disconnected", "4 left"]);
    await again.quiet();
    expect(again.frames).toHaveLength(2);
    expect(await alice.course(id)).toEqual(["1 invited", "2 joined", "3 disconnected", "4 left", "5 message"]);
  });

  it("the last participant gone: the session ends, and nobody ended it", async () => {
    const { alice, bob } = await scene(NONE);
    const id = await sessionOf(alice, bob);
    const [a, b] = [await listening(alice), await listening(bob)];
    await b.close();
    await a.next("left", id, { agent: BOB });
    await a.close();
    const view = await eventually(
      () => alice.view(id),
      ({ json }) => json.state === "ended",
    );
    expect(view.json.participants.map(({ status }: { status: string }) => status)).toEqual(["left", "left"]);
    expect((await alice.course(id)).slice(2)).toEqual(["3 disconnected", "4 left", "5 disconnected", "6 left"]);
    expect(verdict(await alice.reopen(id))).toBe("403 not_joined");
  });

  it("who is only invited hears the end of a session whose last participant is gone", async () => {
    const { alice, carol } = await scene(NONE);
    const id = await created(alice, { invite: [CAROL] });
    const ear = await listening(carol);
    await (await listening(alice)).close();
    const { payload } = await ear.next("ended", id);
    expect(payload).toEqual({});
    expect(await carol.standing(id)).toBe("invited");
    expect(ear.of(id).map(({ payload: { invitee } }) => invitee)).toEqual([CAROL, undefined]);
    expect((await carol.view(id)).json.participants[0]).toMatchObject({ handle: ALICE, status: "left" });
  });
});
