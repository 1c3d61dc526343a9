/** A clock that goes wherever it likes: times are what it says, order and numbers are not its business. */
import { afterAll, expect, it } from "vitest";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import type { Frame } from "../session/listener.js";
import { listening } from "../session/listener.js";
import { ALICE, BOB } from "../session/network.js";
import { operator } from "../session/operator.js";

afterAll(cleanUp);

const NOON = Date.UTC(2030, 0, 1, 12);

it("going backwards: sequences rise, what is sent, listed and kept is in order, cursors and pages hold", async () => {
  let clock = NOON;
  const now = (): number => (clock -= 60_000);
  const started = await operator({ now, dataFolder: temporaryFolder() });
  const [alice, bob] = [await started.agent(ALICE), await started.agent(BOB)];
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) ids.push((await alice.create({ invite: [BOB] })).json.session_id);
  const [id = ""] = ids;
  await bob.join(id);
  const first = await listening(bob);
  for (let count = 0; count < 20; count += 1) await alice.send(id, `${count}`, { idempotency_key: `${count}` });
  await first.course(id, 22);
  await first.close();
  await started.restart();
  for (let count = 20; count < 30; count += 1) await alice.send(id, `${count}`);
  expect((await alice.send(id, "again", { idempotency_key: "0" })).json.sequence).toBe(3);
  const second = await listening(bob);
  await second.until(() => second.of(id).at(-1)?.type === "session.reconnected", "the end of what was missed");
  const heard = [...first.of(id), ...second.of(id)];
  expect(heard.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 34 }, (_, at) => at + 1));
  const { events } = (await bob.events(id)).json;
  expect(events).toEqual(heard);
  const times = events.map(({ created_at }: Frame) => created_at);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(times.every((time: number) => time < NOON)).toBe(true);
  const { sessions } = (await alice.get("/sessions")).json;
  expect(sessions.map((session: { id: string }) => session.id)).toEqual(ids);
  expect((await bob.events(id, "?after_sequence=30")).json.events).toHaveLength(4);
});

it("standing still: every event has its own place all the same", async () => {
  const started = await operator({ now: () => NOON });
  const alice = await started.agent(ALICE);
  const { session_id: id } = (await alice.create()).json;
  await Promise.all(Array.from({ length: 50 }, (_, count) => alice.send(id, `${count}`)));
  const { events } = (await alice.events(id)).json;
  expect(events.map(({ sequence }: Frame) => sequence)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
  expect(new Set(events.map(({ event_id }: Frame) => event_id)).size).toBe(50);
});

it("jumping by hours: nobody is put out by it, as the grace window is no matter of the date", async () => {
  let clock = NOON;
  const started = await operator({ now: () => clock, graceMs: 3_600_000 });
  const [alice, bob] = [await started.agent(ALICE), await started.agent(BOB)];
  const { session_id: id } = (await alice.create({ invite: [BOB] })).json;
  await bob.join(id);
  const watcher = await listening(alice);
  await (await listening(bob)).close();
  await watcher.next("disconnected", id);
  clock += 100 * 3_600_000;
  await alice.send(id, "later");
  await listening(bob);
  await watcher.next("reconnected", id);
  expect(await bob.standing(id)).toBe("joined");
});
