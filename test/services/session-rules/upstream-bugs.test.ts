/** What operators before this one got wrong, one test a bug; the title says what was wrong there. */
import { describe, expect, it } from "vitest";
import { type Frame, listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { issuesOf } from "../wire/schemas.js";
import { blocks, created, scene, sessionOf, verdict } from "./scene.js";

const hello = { initial_message: { content: "hello" } };

describe("the operator in the command line tool", () => {
  it("initial_message leaked to invitees of ordinary sessions", async () => {
    const { alice, bob } = await scene();
    const ear = await listening(bob);
    const id = await created(alice, { invite: [BOB], ...hello });
    expect((await ear.next("invited", id)).payload).toEqual({ invitee: BOB, by: ALICE });
    expect((await bob.events(id)).text).not.toContain("hello");
  });

  it("initial_message in a shape its schema rejects", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB], ...hello, end_after_send: true });
    for (const event of (await bob.events(id)).json.events)
      expect(issuesOf("session/session-event", event)).toEqual([]);
  });

  it("a leaver's history stopped before its own session.left", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    await bob.leave(id);
    expect(await bob.course(id)).toEqual(["1 invited", "2 joined", "3 left"]);
  });

  it("gaps in the sequence, and messages whose number was not that of their event", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB], ...hello });
    await bob.join(id);
    const sent = [await alice.send(id, "x"), await bob.send(id, "y", { idempotency_key: "k" })];
    await alice.end(id);
    await alice.reopen(id, hello);
    const events: Frame[] = (await alice.events(id)).json.events;
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    const messages = events.filter(({ type }) => type === "session.message");
    expect(messages.map(({ payload }) => payload["sequence"])).toEqual(messages.map(({ sequence }) => sequence));
    expect(sent.map(({ json }) => json.sequence)).toEqual([4, 5]);
  });

  it("no cursor: the whole history again with every connection", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    const first = await listening(bob);
    await first.course(id, 2);
    await first.close();
    const second = await listening(bob);
    expect(await second.course(id, 2)).toEqual(["3 disconnected", "4 reconnected"]);
  });

  it("no transcript on the socket after a join", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, hello);
    await alice.invite(id, BOB);
    const ear = await listening(bob);
    await bob.join(id);
    await ear.next("message", id, { content: "hello" });
  });

  it("no presence and no grace", async () => {
    const { alice, bob } = await scene({ graceMs: 0 });
    const id = await sessionOf(alice, bob);
    const watcher = await listening(alice);
    await (await listening(bob)).close();
    await watcher.next("disconnected", id, { agent: BOB });
    await watcher.next("left", id, { agent: BOB, reason: "grace_expired" });
  });

  it("403 or 409 before the check of membership revealed sessions", async () => {
    const { alice, bob } = await scene();
    const [active, ended] = [await created(alice), await created(alice)];
    await alice.end(ended);
    for (const id of [active, ended])
      for (const answer of [await bob.send(id, "x"), await bob.end(id), await bob.leave(id), await bob.reopen(id)])
        expect(verdict(answer)).toBe("404 not_found");
  });

  it("agents that had left could never be invited again", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    await bob.leave(id);
    expect((await alice.invite(id, BOB)).json.invited).toEqual([BOB]);
    expect(verdict(await bob.join(id))).toBe("200");
  });

  it("globs never matched", async () => {
    const { alice, operator } = await scene();
    const closed = await operator.agent("@closed.test", "allowlist");
    await operator.admin.post(`/_admin/agents/${closed.handle}/allowlist`, { entries: ["@alice.*"] });
    expect(verdict(await alice.create({ invite: [closed.handle] }))).toBe("201");
  });

  it("one sender's idempotency key was another's too", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    const key = { idempotency_key: "k" };
    await alice.send(id, "from Alice", key);
    await bob.send(id, "from Bob", key);
    const senders = (await alice.events(id)).json.events.slice(2).map(({ payload }: Frame) => payload["sender"]);
    expect(senders).toEqual([ALICE, BOB]);
  });

  it("events went out before the creation was there to be read", async () => {
    const { alice, bob } = await scene();
    const ear = await listening(bob);
    for (let count = 0; count < 20; count += 1) {
      const creating = alice.create({ invite: [BOB] });
      await ear.until(() => ear.frames.length > count, "invitation");
      expect(verdict(await bob.view(String(ear.frames[count]?.session_id)))).toBe("200");
      await creating;
    }
  });

  it("reopening was for anyone who ever joined, and its empty body was rejected", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    await bob.leave(id);
    await alice.end(id);
    expect(verdict(await bob.reopen(id))).toBe("403 not_joined");
    expect(verdict(await alice.reopen(id))).toBe("200");
  });
});

describe("the operator on SQLite", () => {
  it("after_sequence past one's own join gave nothing", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    for (const word of ["one", "two"]) await alice.send(id, word);
    expect((await bob.events(id, "?after_sequence=2")).json.events).toHaveLength(2);
    expect((await bob.events(id, "?after_sequence=3")).json.events).toHaveLength(1);
  });

  it("a late invitee never got the transcript", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, hello);
    await alice.invite(id, BOB);
    await bob.join(id);
    expect(await bob.course(id)).toEqual(["1 message", "2 invited", "3 joined"]);
  });

  it("who returned after the grace window got nothing", async () => {
    const { alice, bob } = await scene({ graceMs: 0 });
    const id = await sessionOf(alice, bob);
    const watcher = await listening(alice);
    const first = await listening(bob);
    await first.course(id, 2);
    await first.close();
    await watcher.next("left", id);
    expect(await (await listening(bob)).course(id, 2)).toEqual(["3 disconnected", "4 left"]);
  });

  it("a blocked agent could still invite", async () => {
    const { alice, bob, operator } = await scene();
    await blocks(alice, bob, operator);
    const id = await created(bob);
    expect(verdict(await bob.create({ invite: [ALICE] }))).toBe("404 not_found");
    expect((await bob.invite(id, ALICE)).json).toEqual({ invited: [] });
  });

  it("an invitation of oneself, or twice of another: 500", async () => {
    const { alice } = await scene();
    const id = await created(alice, { invite: [ALICE, BOB, BOB] });
    expect((await alice.invite(id, ALICE, CAROL, CAROL)).json).toEqual({ invited: [CAROL] });
  });

  it("types of parts were not checked, and what was invalid reached peers", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    expect(verdict(await alice.send(id, [{ type: "hologram", text: "x" }]))).toBe("400 invalid_body");
    expect(await alice.course(id)).toEqual([]);
  });

  it("the key of a creation was ignored", async () => {
    const { alice } = await scene();
    const body = { idempotency_key: "k" };
    expect((await alice.create(body)).json).toEqual((await alice.create(body)).json);
  });

  it("a session never ended by itself", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    await alice.leave(id);
    expect((await alice.view(id)).json.state).toBe("ended");
  });

  it("leave and end answered without a body", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    for (const answer of [await bob.leave(id), await alice.end(id)])
      expect([answer.status, answer.json]).toEqual([200, { ok: true }]);
  });
});

describe("more than one of them", () => {
  it("reopening invited everyone again, whatever they permit by now", async () => {
    const { alice, bob, operator } = await scene();
    const id = await sessionOf(alice, bob);
    await alice.end(id);
    await operator.admin.patch(`/_admin/agents/${BOB}`, { policy: "allowlist" });
    await alice.reopen(id);
    expect(await bob.standing(id)).toBe("left");
    expect(await alice.course(id)).toEqual(["1 invited", "2 joined", "3 ended", "4 reopened"]);
  });

  it("only the invitee's gate was checked", async () => {
    const { operator } = await scene();
    const closed = await operator.agent("@closed.test", "allowlist");
    expect(verdict(await closed.create({ invite: [ALICE] }))).toBe("404 not_found");
  });

  it("inviting oneself turned the creator into an invitee", async () => {
    const { alice } = await scene();
    const id = await created(alice, { invite: [ALICE] });
    expect(await alice.standing(id)).toBe("joined");
    expect(verdict(await alice.send(id, "x"))).toBe("201");
  });

  it("empty content was accepted", async () => {
    const { alice } = await scene();
    expect(verdict(await alice.send(await created(alice), ""))).toBe("400 invalid_body");
  });

  it("a full page claimed that there was more", async () => {
    const { alice } = await scene();
    const id = await created(alice, hello);
    expect((await alice.events(id, "?limit=1")).json).not.toHaveProperty("next_cursor");
  });
});
