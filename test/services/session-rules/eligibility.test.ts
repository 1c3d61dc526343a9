/** Who hears and reads what, by its standing: the live table, and the same for the list of events. */
import { expect, it } from "vitest";
import { listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { issuesOf } from "../wire/schemas.js";
import { created, scene, sessionOf } from "./scene.js";

it("joined: everything, one's own doing included", async () => {
  const { alice, bob, carol } = await scene();
  const ear = await listening(alice);
  const id = await created(alice, { invite: [BOB], topic: "t", initial_message: { content: "hello" } });
  await bob.join(id);
  await alice.invite(id, CAROL);
  await carol.join(id);
  await bob.send(id, "x");
  await bob.leave(id);
  await alice.end(id);
  const wanted = ["1 invited", "2 message", "3 joined", "4 invited", "5 joined", "6 message", "7 left", "8 ended"];
  expect(await ear.course(id, wanted.length)).toEqual(wanted);
  expect(await alice.course(id)).toEqual(wanted);
  expect((await alice.events(id)).json.events).toEqual(ear.of(id));
});

it("invited: its own invitation and the end, nothing of what is said", async () => {
  const { alice, bob, carol } = await scene();
  const ear = await listening(carol);
  const id = await created(alice, { invite: [BOB, CAROL], initial_message: { content: "hello" } });
  await bob.join(id);
  await bob.send(id, "x");
  await bob.leave(id);
  await alice.end(id);
  expect(await ear.course(id, 2)).toEqual(["2 invited", "7 ended"]);
  await ear.quiet();
  expect((await carol.events(id)).json.events).toEqual(ear.of(id));
  expect(JSON.stringify(ear.frames)).not.toContain(BOB);
});

it("left: everything up to its own session.left, then nothing, not even the end", async () => {
  const { alice, bob } = await scene();
  const ear = await listening(bob);
  const id = await sessionOf(alice, bob);
  await bob.leave(id);
  await alice.send(id, "behind");
  await alice.end(id);
  await ear.next("left", id);
  await ear.quiet();
  expect(ear.of(id).at(-1)).toMatchObject({ type: "session.left", payload: { agent: BOB, reason: "left" } });
  expect(await bob.course(id)).toEqual(["1 invited", "2 joined", "3 left"]);
});

it("outsider: nothing", async () => {
  const { alice, bob, carol } = await scene();
  const ear = await listening(carol);
  const id = await sessionOf(alice, bob);
  await alice.send(id, "x");
  await alice.end(id);
  await ear.quiet();
  expect(ear.frames).toEqual([]);
});

it("joining late brings the whole transcript before anything new, once, also to who was invited after it", async () => {
  const { alice, bob } = await scene();
  const ear = await listening(bob);
  const id = await created(alice, { initial_message: { content: "one" } });
  await alice.send(id, "two");
  await alice.invite(id, BOB);
  await ear.next("invited", id);
  await bob.join(id);
  await alice.send(id, "three");
  const transcript = ["1 message", "2 message", "3 invited", "4 joined", "5 message"];
  // What it has had already does not come again.
  expect(await ear.course(id, 5)).toEqual(["3 invited", "1 message", "2 message", "4 joined", "5 message"]);
  expect(await bob.course(id)).toEqual(transcript);
});

it("initial_message stands in invitations of send-and-end only, and is the message itself", async () => {
  const { alice, bob } = await scene();
  const ear = await listening(bob);
  const initial_message = { content: [{ type: "text", text: "hello" }], metadata: { mood: "good" } };
  const plain = await created(alice, { invite: [BOB], initial_message });
  const ended = await created(alice, { invite: [BOB], initial_message, end_after_send: true });
  expect((await ear.next("invited", plain)).payload).toEqual({ invitee: BOB, by: ALICE });
  const { payload } = await ear.next("invited", ended);
  const { events } = (await alice.events(ended)).json;
  expect(payload["initial_message"]).toEqual(events[1].payload);
  expect(payload["initial_message"]).toMatchObject({ ...initial_message, sender: ALICE, sequence: 2 });
  await ear.quiet();
  expect(ear.of(plain)).toHaveLength(1);
});

it("every invitation has the topic, also those that come later", async () => {
  const { alice, bob, carol } = await scene();
  const [b, c] = [await listening(bob), await listening(carol)];
  const id = await created(alice, { invite: [BOB], topic: "plans" });
  await alice.invite(id, CAROL);
  for (const ear of [b, c]) expect((await ear.next("invited", id)).payload["topic"]).toBe("plans");
  await alice.end(id);
  await alice.reopen(id);
  for (const ear of [b, c]) expect((await ear.next("invited", id)).payload["topic"]).toBe("plans");
});

it("what one session says is heard by its participants only, on sockets that hear many sessions", async () => {
  const { alice, bob, carol } = await scene();
  const [a, b, c] = [await listening(alice), await listening(bob), await listening(carol)];
  const [ab, ac] = [await sessionOf(alice, bob), await sessionOf(alice, carol)];
  await alice.send(ab, "for Bob");
  await alice.send(ac, "for Carol");
  await b.next("message", ab, { content: "for Bob" });
  await c.next("message", ac, { content: "for Carol" });
  await a.next("message", ac);
  for (const [ear, id] of [
    [b, ab],
    [c, ac],
  ] as const)
    expect(new Set(ear.frames.map(({ session_id }) => session_id))).toEqual(new Set([id]));
});

it("the order of concurrent senders is one order, the same for all who hear it", async () => {
  const { alice, bob, carol } = await scene();
  const ears = [await listening(alice), await listening(bob), await listening(carol)];
  const id = await sessionOf(alice, bob, carol);
  const words = Array.from({ length: 40 }, (_, index) => `${index}`);
  const sent = await Promise.all(words.flatMap((word) => [alice, bob, carol].map((agent) => agent.send(id, word))));
  const sequences = sent.map(({ json }) => json.sequence).sort((a, b) => a - b);
  expect(sequences).toEqual(Array.from({ length: 120 }, (_, index) => index + 5));
  const { events } = (await alice.events(id)).json;
  for (const ear of ears) {
    await ear.until(() => ear.of(id).at(-1)?.sequence === 124, "the last message");
    const heard = ear.of(id).filter(({ type }) => type === "session.message");
    expect(heard).toEqual(events.slice(4));
    expect(heard.map(({ payload }) => payload["sequence"])).toEqual(heard.map(({ sequence }) => sequence));
  }
});

it("all eight kinds of event, and every body, are as the contract has them", async () => {
  const { alice, bob, operator } = await scene();
  const ear = await listening(alice);
  const id = await created(alice, { invite: [BOB], topic: "t", initial_message: { content: "x", metadata: {} } });
  const socket = await listening(bob);
  await bob.join(id);
  await bob.send(id, "x", { idempotency_key: "k", metadata: { a: 1 } });
  await socket.close();
  await ear.next("disconnected", id);
  await listening(bob);
  await ear.next("reconnected", id);
  await bob.leave(id);
  await alice.end(id);
  await alice.reopen(id);
  await ear.next("reopened", id);
  const kinds = ["invited", "joined", "disconnected", "reconnected", "left", "message", "ended", "reopened"];
  const { json } = await alice.events(id);
  expect(new Set(ear.frames.map(({ type }) => type))).toEqual(new Set(kinds.map((kind) => `session.${kind}`)));
  for (const frame of ear.frames) expect(issuesOf("session/session-event", frame)).toEqual([]);
  expect(issuesOf("session/session-event-list", json)).toEqual([]);
  expect(issuesOf("session/session-view", (await alice.view(id)).json)).toEqual([]);
  expect(issuesOf("session/session-list", (await alice.get("/sessions")).json)).toEqual([]);
  expect(issuesOf("session/agent-list", (await operator.admin.get("/_admin/agents")).json)).toEqual([]);
  const ids = json.events.map(({ event_id }: { event_id: string }) => event_id);
  expect(new Set(ids).size).toBe(ids.length);
});
