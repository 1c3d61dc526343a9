/** Where the protocol contradicts itself: the reading that this operator follows, one test for each contradiction. */
import { expect, it } from "vitest";
import { listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { created, scene, sessionOf, verdict } from "./scene.js";

it("1 Transcript on join: all of it, on the socket and in the list", async () => {
  const { alice, bob } = await scene();
  const id = await created(alice, { initial_message: { content: "long before" } });
  await alice.invite(id, BOB);
  const ear = await listening(bob);
  await ear.next("invited", id);
  await bob.join(id);
  await ear.next("message", id, { content: "long before" });
  await ear.next("joined", id);
  expect(await bob.course(id)).toEqual(["1 message", "2 invited", "3 joined"]);
});

it("2 session.reopened: to all who were joined before, though they are only invited now", async () => {
  const { alice, bob, carol } = await scene();
  const id = await created(alice, { invite: [BOB, CAROL] });
  await bob.join(id);
  const [a, b, c] = [await listening(alice), await listening(bob), await listening(carol)];
  await alice.end(id);
  await alice.reopen(id);
  for (const ear of [a, b]) expect((await ear.next("reopened", id)).payload).toEqual({ reopened_by: ALICE });
  await c.next("invited", id, { invitee: CAROL });
  await c.next("ended", id);
  await c.next("invited", id, { invitee: CAROL });
  await c.quiet();
  expect(c.frames.map(({ type }) => type)).not.toContain("session.reopened");
});

it("3 An invitee when the session ends: stays invited, and reopens only what was sent and ended", async () => {
  const { alice, bob } = await scene();
  const plain = await created(alice, { invite: [BOB] });
  await alice.end(plain);
  const body = { invite: [BOB], initial_message: { content: "bye" }, end_after_send: true };
  const sent = await created(alice, body);
  expect([await bob.standing(plain), await bob.standing(sent)]).toEqual(["invited", "invited"]);
  expect(verdict(await bob.reopen(plain))).toBe("403 not_joined");
  expect(verdict(await bob.reopen(sent))).toBe("200");
});

it("4 session.joined and session.left: not to those who are only invited", async () => {
  const { alice, bob, carol } = await scene();
  const ear = await listening(carol);
  const id = await created(alice, { invite: [BOB, CAROL] });
  await bob.join(id);
  await bob.leave(id);
  await alice.end(id);
  await ear.next("ended", id);
  expect(ear.frames.map(({ type }) => type)).toEqual(["session.invited", "session.ended"]);
});

it("5 Other invitations: not seen by an invitee, neither live nor in the list", async () => {
  const { alice, bob, carol } = await scene();
  const ear = await listening(bob);
  const id = await created(alice, { invite: [BOB, CAROL] });
  await carol.join(id);
  await carol.leave(id);
  await alice.invite(id, CAROL);
  await alice.end(id);
  await ear.next("ended", id);
  const { text } = await bob.events(id);
  expect(JSON.stringify(ear.frames) + text).not.toContain(CAROL);
});

it("6 Partial denial on create: all or nothing", async () => {
  const { alice, bob } = await scene();
  const ear = await listening(bob);
  const body = { invite: [BOB, "@nobody.test"], initial_message: { content: "x" }, idempotency_key: "k" };
  expect(verdict(await alice.create(body))).toBe("404 not_found");
  await ear.quiet();
  expect(ear.frames).toEqual([]);
});

it("7 A left member: gets its own session.left, live and in the list, and that is the last", async () => {
  const { alice, bob } = await scene();
  const id = await sessionOf(alice, bob);
  const ear = await listening(bob);
  await bob.leave(id);
  await alice.send(id, "behind");
  await ear.next("left", id, { agent: BOB });
  await ear.quiet();
  expect(ear.of(id).at(-1)?.type).toBe("session.left");
  expect((await bob.course(id)).at(-1)).toBe("3 left");
});

it("8 Metadata of a session: there is none, so a creation that has it is refused", async () => {
  const { alice } = await scene();
  expect(verdict(await alice.create({ metadata: { parent_session_id: "sess_0" } }))).toBe("400 invalid_body");
});

it("9 An agent's own trust: not its own to change, only the administrator's", async () => {
  const { alice, operator } = await scene();
  for (const path of [`/_admin/agents/${ALICE}`, "/_admin/agents"]) expect((await alice.get(path)).status).toBe(401);
  expect((await alice.patch(`/_admin/agents/${ALICE}`, { policy: "allowlist" })).status).toBe(401);
  expect((await operator.admin.get(`/_admin/agents/${ALICE}`)).json.policy).toBe("open");
  expect((await operator.admin.get("/sessions")).status).toBe(401);
});
