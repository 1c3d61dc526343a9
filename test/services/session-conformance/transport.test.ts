/** Who hears what, item by item of the protocol's own suite. */
import { expect, it } from "vitest";
import type { Frame } from "../session/listener.js";
import { listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { stage } from "./scene.js";

const { agent, enter, joined } = stage();
const types = (events: readonly Frame[]): string[] => events.map(({ type }) => type);

it("test_invitee_does_not_receive_messages", async () => {
  const [alice, bob] = [await enter(ALICE), await enter(BOB)];
  const { session_id } = (await alice.agent.create({ invite: [BOB] })).json;
  await bob.ear.next("invited", session_id);
  await alice.agent.send(session_id, "not for invitees");
  await alice.ear.next("message", session_id);
  await bob.ear.quiet();
  expect(types(bob.ear.of(session_id))).toEqual(["session.invited"]);
});

it("test_left_participant_receives_no_further_messages", async () => {
  const { alice, bob, id } = await joined();
  await bob.agent.leave(id);
  await alice.ear.next("left", id);
  await alice.agent.send(id, "behind");
  await alice.ear.next("message", id);
  await bob.ear.quiet();
  expect(types(bob.ear.of(id))).not.toContain("session.message");
});

it("test_get_events_returns_messages_for_joined_participant", async () => {
  const { alice, bob, id } = await joined();
  for (const content of ["one", "two"]) {
    await alice.agent.send(id, content);
    await bob.ear.next("message", id, { content });
  }
  const { status, json } = await bob.agent.events(id);
  expect(status).toBe(200);
  expect(types(json.events).filter((type) => type === "session.message")).toHaveLength(2);
});

it("test_get_events_filters_for_invited_only_participant", async () => {
  const [alice, bob, carol] = [agent(ALICE), agent(BOB), await enter(CAROL)];
  const { session_id } = (await alice.create({ invite: [BOB, CAROL] })).json;
  await carol.ear.next("invited", session_id);
  await bob.join(session_id);
  await alice.send(session_id, "not for invitees");
  const { status, json } = await carol.agent.events(session_id);
  expect(status).toBe(200);
  expect(types(json.events)).toEqual(["session.invited"]);
});

it("test_get_events_supports_after_sequence", async () => {
  const { alice, bob, id } = await joined();
  const sent: number[] = [];
  for (const content of ["one", "two", "three"]) sent.push((await alice.agent.send(id, content)).json.sequence);
  const { status, json } = await bob.agent.events(id, `?after_sequence=${sent[0]}`);
  expect(status).toBe(200);
  // An empty list would pass upstream.
  expect(json.events.map(({ sequence }: Frame) => sequence)).toEqual(sent.slice(1));
});

it("test_reconnect_replays_missed_events", async () => {
  const { alice, bob, id } = await joined();
  await bob.ear.next("joined", id);
  await bob.ear.close();
  const sent: number[] = [];
  for (const content of ["one", "two", "three"]) sent.push((await alice.agent.send(id, content)).json.sequence);
  const again = await listening(bob.agent);
  const received: unknown[] = [];
  for (const _ of sent) received.push((await again.next("message", id)).payload["sequence"]);
  expect(received).toEqual(sent);
  await again.quiet();
  expect(types(again.of(id)).filter((type) => type === "session.message")).toHaveLength(3);
});
