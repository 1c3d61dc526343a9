/** Sessions, item by item of the protocol's own suite. */
import { expect, it } from "vitest";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { stage } from "./scene.js";

const { agent, enter, joined } = stage();

it("test_create_session_returns_session_id", async () => {
  const { status, json } = await agent(ALICE).create({ invite: [BOB] });
  expect(status).toBe(201);
  expect(json.session_id).toMatch(/^sess_[0-9A-Z]+$/);
});

it("test_create_session_with_zero_invitees", async () => {
  const { status, json } = await agent(ALICE).create({});
  expect(status).toBe(201);
  expect(json).toHaveProperty("session_id");
});

it("test_create_session_fires_session_invited_to_invitees", async () => {
  const bob = await enter(BOB);
  const { session_id } = (await agent(ALICE).create({ invite: [BOB] })).json;
  expect((await bob.ear.next("invited", session_id)).payload["invitee"]).toBe(BOB);
});

it("test_create_session_with_multiple_invitees", async () => {
  const [bob, carol] = [await enter(BOB), await enter(CAROL)];
  const { session_id } = (await agent(ALICE).create({ invite: [BOB, CAROL] })).json;
  await bob.ear.next("invited", session_id, { invitee: BOB });
  await carol.ear.next("invited", session_id, { invitee: CAROL });
});

it("test_invitee_can_join", async () => {
  const bob = await enter(BOB);
  const { session_id } = (await agent(ALICE).create({ invite: [BOB] })).json;
  await bob.ear.next("invited", session_id);
  expect((await bob.agent.join(session_id)).status).toBe(200);
});

it("test_join_fires_session_joined_to_existing_participants", async () => {
  const [alice, bob] = [await enter(ALICE), await enter(BOB)];
  const { session_id } = (await alice.agent.create({ invite: [BOB] })).json;
  await bob.ear.next("invited", session_id);
  await bob.agent.join(session_id);
  expect((await alice.ear.next("joined", session_id)).payload["agent"]).toBe(BOB);
});

it("test_invite_to_existing_session", async () => {
  const { alice, id } = await joined();
  const carol = await enter(CAROL);
  const { status, json } = await alice.agent.invite(id, CAROL);
  expect([status, json.invited]).toEqual([200, [CAROL]]);
  await carol.ear.next("invited", id);
});

it("test_leave_fires_session_left", async () => {
  const { alice, bob, id } = await joined();
  expect((await bob.agent.leave(id)).status).toBe(200);
  expect((await alice.ear.next("left", id)).payload["agent"]).toBe(BOB);
});

it("test_end_fires_session_ended", async () => {
  const { alice, bob, id } = await joined();
  expect((await alice.agent.end(id)).status).toBe(200);
  await alice.ear.next("ended", id);
  await bob.ear.next("ended", id);
});

it("test_ended_session_rejects_new_messages", async () => {
  const { alice, id } = await joined();
  await alice.agent.end(id);
  expect((await alice.agent.send(id, "late")).status).toBe(409);
});

it("test_reopen_keeps_same_session_id", async () => {
  const { alice, id } = await joined();
  await alice.agent.end(id);
  await alice.ear.next("ended", id);
  expect((await alice.agent.reopen(id, { invite: [BOB] })).status).toBe(200);
  expect((await alice.agent.view(id)).json).toMatchObject({ id, state: "active" });
});

it("test_get_session_returns_state_and_participants", async () => {
  const { alice, id } = await joined();
  const { status, json } = await alice.agent.view(id);
  expect(status).toBe(200);
  expect(json).toMatchObject({ id, state: "active" });
  expect(json.participants.map(({ handle }: { handle: string }) => handle)).toEqual([ALICE, BOB]);
});

it("test_send_and_end_carries_inline_initial_message", async () => {
  const bob = await enter(BOB);
  const body = { invite: [BOB], initial_message: { content: "that is all" }, end_after_send: true };
  const { session_id } = (await agent(ALICE).create(body)).json;
  const { payload } = await bob.ear.next("invited", session_id);
  expect(payload["initial_message"]).toMatchObject({ sender: ALICE, content: "that is all" });
  await bob.ear.next("ended", session_id);
});
