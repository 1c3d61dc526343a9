/** Messages, item by item of the protocol's own suite. */
import { describe, expect, it } from "vitest";
import { ALICE } from "../session/network.js";
import { issuesOf } from "../wire/schemas.js";
import { stage } from "./scene.js";

const { joined } = stage();
const words = ["one", "two", "three", "four", "five"];

it("test_send_message_returns_message_id_and_sequence", async () => {
  const { alice, id } = await joined();
  const { status, json } = await alice.agent.send(id, "hello");
  expect(status).toBe(201);
  expect(json.message_id).toMatch(/^msg_[0-9A-Z]+$/);
  expect(json.sequence).toSatisfy(Number.isInteger);
});

it("test_joined_participant_receives_message", async () => {
  const { alice, bob, id } = await joined();
  await alice.agent.send(id, "hello");
  const { payload } = await bob.ear.next("message", id);
  expect(payload).toMatchObject({ sender: ALICE, content: "hello" });
});

it("test_sequence_is_monotonic_per_session", async () => {
  const { alice, id } = await joined();
  const sequences: number[] = [];
  for (const word of words) sequences.push((await alice.agent.send(id, word)).json.sequence);
  expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
});

it("test_received_messages_arrive_in_sequence_order", async () => {
  const { alice, bob, id } = await joined();
  const sent: number[] = [];
  for (const word of words) sent.push((await alice.agent.send(id, word)).json.sequence);
  const received: unknown[] = [];
  for (const _ of words) received.push((await bob.ear.next("message", id)).payload["sequence"]);
  expect(received).toEqual(sent);
});

it("test_idempotency_key_dedupes_retries", async () => {
  const { alice, bob, id } = await joined();
  const first = await alice.agent.send(id, "hello", { idempotency_key: "key" });
  const second = await alice.agent.send(id, "hello", { idempotency_key: "key" });
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.json).toEqual(first.json);
  await bob.ear.quiet();
  expect(bob.ear.of(id).filter(({ type }) => type === "session.message")).toHaveLength(1);
});

it("test_multipart_content_is_supported", async () => {
  const { alice, bob, id } = await joined();
  const content = [
    { type: "text", text: "see" },
    { type: "file", url: "https://files.example/report.pdf", name: "report.pdf", mime_type: "application/pdf" },
    { type: "data", data: { rows: [1, 2], nested: { yes: true } } },
  ];
  expect((await alice.agent.send(id, content)).status).toBe(201);
  expect((await bob.ear.next("message", id)).payload["content"]).toEqual(content);
});

describe("test_empty_content_is_rejected", () => {
  it.each([
    ["empty-string", ""],
    ["empty-array", []],
    ["empty-text-part", [{ type: "text", text: "" }]],
  ])("%s", async (_, content) => {
    const { alice, id } = await joined();
    expect((await alice.agent.send(id, content)).status).toBe(400);
  });
});

it("test_event_validates_against_schema", async () => {
  const { alice, bob, id } = await joined();
  await alice.agent.send(id, "hello");
  expect(issuesOf("session/session-event", await bob.ear.next("message", id))).toEqual([]);
});
