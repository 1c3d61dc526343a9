/** Clients that connect and read nothing: they cost nobody else anything, and are cut off, and lose nothing. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Agent } from "../session/agent.js";
import { type Frame, listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { operator } from "../session/operator.js";
import { eventually } from "../support.js";
import { RawSocket } from "./raw-socket.js";

const MESSAGES = 300;
/** Together with the number far more than what buffers on the way hold. */
const TEXT = "x".repeat(60_000);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const sequences = (frames: readonly Frame[]): number[] => frames.map(({ sequence }) => sequence);

async function sendMany(sender: Agent, id: string): Promise<void> {
  for (let sent = 0; sent < MESSAGES; sent += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => sender.send(id, TEXT)));
    for (const { status } of answers) expect(status).toBe(201);
  }
}

async function rawSocket(agent: Agent, url: string): Promise<RawSocket> {
  const socket = await RawSocket.open(url, agent.token);
  onTestFinished(() => void socket.socket.destroy());
  return socket;
}

it("is cut off with 1013, while others hear everything; what it missed is there when it comes back", async () => {
  const slowConsumer = 1000;
  const started = await operator({ channels: { slowConsumer } });
  const [alice, bob, carol] = [await started.agent(ALICE), await started.agent(BOB), await started.agent(CAROL)];
  const { session_id: id } = (await alice.create({ invite: [BOB, CAROL] })).json;
  for (const agent of [bob, carol]) await agent.join(id);
  const fast = await listening(carol);
  const slow = await rawSocket(bob, started.url);
  await eventually(
    () => slow.events.length,
    (length) => length === 4,
  );
  slow.pause();
  await sendMany(alice, id);
  await fast.until(() => fast.of(id).length >= 4 + MESSAGES, "all messages");
  expect(sequences(fast.of(id))).toEqual(range(1, 4 + MESSAGES));
  // It has been waited for since before the last message; once it is cut off, nothing more is sent to it.
  await wait(2.5 * slowConsumer);
  slow.resume();
  expect(await eventually(() => slow.closeCode, Boolean)).toBe(1013);
  slow.reset();
  const had = sequences(slow.events);
  expect(had.length).toBeLessThan(4 + MESSAGES);
  expect(had).toEqual(range(1, had.length));
  await fast.next("disconnected", id, { agent: BOB });
  const back = await listening(bob);
  await back.until(() => back.of(id).at(-1)?.type === "session.reconnected", "the end of what was missed");
  const missed = sequences(back.of(id));
  expect(missed).toEqual(range(missed[0] ?? 0, 4 + MESSAGES + 2));
  expect(missed[0]).toBeLessThanOrEqual(had.length + 1);
}, 60_000);

it("that begins to read after all gets everything, once and in order", async () => {
  const started = await operator({ channels: { slowConsumer: 600_000 } });
  const [alice, bob] = [await started.agent(ALICE), await started.agent(BOB)];
  const { session_id: id } = (await alice.create({ invite: [BOB] })).json;
  await bob.join(id);
  const slow = await rawSocket(bob, started.url);
  slow.pause();
  await sendMany(alice, id);
  slow.resume();
  await eventually(
    () => slow.events.length,
    (length) => length >= 2 + MESSAGES,
  );
  expect(sequences(slow.events)).toEqual(range(1, 2 + MESSAGES));
}, 60_000);

it("whose network is gone: what was on its way then comes with the next connection", async () => {
  const started = await operator({ graceMs: 3_600_000 });
  const [alice, bob] = [await started.agent(ALICE), await started.agent(BOB)];
  const { session_id: id } = (await alice.create({ invite: [BOB] })).json;
  await bob.join(id);
  const lost = await rawSocket(bob, started.url);
  await eventually(
    () => lost.events.length,
    (length) => length === 2,
  );
  const watcher = await listening(alice);
  lost.pause();
  for (const content of ["one", "two", "three"]) await alice.send(id, content);
  await watcher.next("message", id, { content: "three" });
  await watcher.quiet();
  lost.reset();
  await watcher.next("disconnected", id);
  const back = await listening(bob);
  await back.until(() => back.of(id).at(-1)?.type === "session.reconnected", "the end of what was missed");
  // What came just before may come again: whether it had come was not known yet.
  const missed = sequences(back.of(id));
  expect(missed).toEqual(range(missed[0] ?? 0, 7));
  expect(missed[0]).toBeLessThanOrEqual(3);
});

/** Bob with two sockets, of which one has not read anything of what was sent to a session. */
async function twoSpeeds() {
  const started = await operator({ channels: { slowConsumer: 600_000 } });
  const [alice, bob] = [await started.agent(ALICE), await started.agent(BOB)];
  const { session_id: old } = (await alice.create({ invite: [BOB] })).json;
  await bob.join(old);
  const fast = await listening(bob);
  await fast.course(old, 2);
  const slow = await rawSocket(bob, started.url);
  slow.pause();
  await sendMany(alice, old);
  const of = (id: string): Frame[] => slow.events.filter(({ session_id }) => session_id === id);
  return { alice, bob, old, fast, slow, of };
}

describe("beside a fast socket of the same agent", () => {
  it("gets every event, also of sessions that began meanwhile", async () => {
    const { alice, old, fast, slow, of } = await twoSpeeds();
    const body = { invite: [BOB], initial_message: { content: "new" }, end_after_send: true };
    const { session_id: fresh } = (await alice.create(body)).json;
    await fast.next("ended", fresh);
    slow.resume();
    await eventually(
      () => [of(old).length, of(fresh).length],
      ([some = 0, more = 0]) => some >= MESSAGES && more >= 2,
    );
    expect(sequences(of(old))).toEqual(range(3, 2 + MESSAGES));
    expect(of(fresh)).toEqual(fast.of(fresh));
  }, 60_000);

  it("gets its invitation to a session that was joined meanwhile, as the fast one did", async () => {
    const { alice, bob, fast, slow, of } = await twoSpeeds();
    const { session_id: fresh } = (await alice.create({ invite: [BOB] })).json;
    await fast.next("invited", fresh);
    await bob.join(fresh);
    await alice.send(fresh, "new");
    await fast.next("message", fresh);
    slow.resume();
    await eventually(
      () => of(fresh),
      (events) => events.at(-1)?.type === "session.message",
    );
    expect(sequences(of(fresh))).toContain(1);
  }, 60_000);
});
