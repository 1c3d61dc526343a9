import fc from "fast-check";
import { expect } from "vitest";
import type { Answer } from "../raw.js";
import type { ModelAgent, ModelSession, Outcome } from "./model.js";
import { HANDLES, type World } from "./world.js";

/** One step: what is done, and by numbers with whom; every step means something in every state. */
export interface Step {
  readonly act: Act;
  readonly who: number;
  readonly whom: readonly number[];
  readonly session: number;
  readonly key: number;
  readonly flag: boolean;
  readonly content: string;
}

/** What can be done, and how often it is compared with the rest. */
const WEIGHTS = {
  create: 7,
  join: 12,
  invite: 7,
  send: 12,
  leave: 3,
  end: 2,
  reopen: 6,
  connect: 8,
  disconnect: 5,
  read: 5,
  policy: 2,
  allow: 2,
  disallow: 1,
  block: 1,
  unblock: 4,
  rotate: 1,
  remove: 1,
  register: 3,
} as const;

export type Act = keyof typeof WEIGHTS | "restart";

/** With restarts, or without. */
export function steps(restarts: boolean): fc.Arbitrary<Step[]> {
  const acts = Object.entries({ ...WEIGHTS, ...(restarts ? { restart: 2 } : {}) });
  const act = fc.oneof(...acts.map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as Act) })));
  const known = fc.nat(HANDLES.length - 1);
  const whom = fc.oneof({ weight: 60, arbitrary: known }, { weight: 1, arbitrary: fc.constant(NOBODY) });
  const step = fc.record({
    act,
    who: known,
    whom: fc.uniqueArray(whom, { minLength: 1, maxLength: 4 }),
    session: fc.nat(99),
    key: fc.nat(5),
    flag: fc.boolean(),
    content: fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" }),
  });
  return fc.noBias(fc.array(step, { maxLength: MOST_STEPS, size: "max" }));
}

/** One more than there are handles: an agent that there never was. */
const NOBODY = HANDLES.length;
export const MOST_STEPS = 200;
const UNKNOWN = "sess_00000000000000000000000000";

/** Does a step in both worlds, and expects the same of both. */
export async function take(world: World, step: Step): Promise<void> {
  const { model, operator } = world;
  const handle = String(HANDLES[step.who]);
  const agent = model.agents.get(handle);
  if (step.act === "register") return register(world, handle);
  if (step.act === "restart") return restart(world);
  if (!agent) {
    if (world.has(handle)) expect((await world.caller(handle).get("/sessions")).status).toBe(401);
    return;
  }
  const admin = `/_admin/agents/${handle}`;
  const first = String(handlesOf(step)[0]);
  switch (step.act) {
    case "connect":
      await beObservable(world, agent);
      await world.connect(agent);
      return expectAround(world, agent);
    case "disconnect":
      if (agent.streams.size === 0) return;
      await beObservable(world, agent);
      return whileWatched(world, agent, () => world.disconnect(agent, step.flag));
    case "rotate":
      await beObservable(world, agent);
      return whileWatched(world, agent, async () => {
        world.setToken(handle, (await operator.admin.post(`${admin}/rotate-token`)).json.token);
        await world.expelled(agent);
        for (const stream of agent.streams) model.disconnect(agent, stream);
      });
    case "remove":
      return whileWatched(world, agent, async () => {
        expect((await operator.admin.delete(admin)).status).toBe(204);
        await world.expelled(agent);
        model.remove(agent);
      });
    case "policy":
      agent.policy = step.key > 0 ? "open" : "allowlist";
      expect((await operator.admin.patch(admin, { policy: agent.policy })).status).toBe(200);
      return;
    case "allow": {
      const entries = step.flag ? handlesOf(step) : [first.replace(/\..*/, ".*")];
      for (const entry of entries) agent.allowlist.add(entry);
      expect((await operator.admin.post(`${admin}/allowlist`, { entries })).status).toBe(200);
      return;
    }
    case "disallow":
      for (const entry of [first, first.replace(/\..*/, ".*")]) {
        agent.allowlist.delete(entry);
        expect((await operator.admin.delete(`${admin}/allowlist/${encodeURIComponent(entry)}`)).status).toBe(200);
      }
      return;
    case "block": {
      if (first === handle) return;
      expect((await operator.admin.post(`${admin}/blocks`, { handle: first })).status).toBe(201);
      const shared = model.in(agent);
      model.block(agent, first);
      for (const session of shared) await world.expectSession(session);
      return;
    }
    case "unblock":
      agent.blocks.delete(first);
      expect((await operator.admin.delete(`${admin}/blocks/${first}`)).status).toBe(204);
      return;
    case "create":
      return create(world, agent, step);
    default:
      return within(world, agent, step);
  }
}

/** What an agent does in one session, which may be none. */
async function within(world: World, agent: ModelAgent, step: Step): Promise<void> {
  const { model } = world;
  const session = sessionOf(world, agent, step);
  const id = session?.id ?? UNKNOWN;
  const caller = world.caller(agent.handle);
  let answer: Answer;
  let outcome: Outcome;
  switch (step.act) {
    case "join":
      answer = await caller.join(id);
      outcome = model.join(agent, session);
      break;
    case "invite":
      answer = await caller.invite(id, ...handlesOf(step));
      outcome = model.invite(agent, session, handlesOf(step));
      break;
    case "send": {
      answer = await caller.send(id, step.content, keyOf(step));
      const sent = model.send(agent, session, step.content, keyOf(step).idempotency_key);
      outcome = sent.outcome;
      if (sent.message && answer.status === 201) world.identities.checkId(sent.message, answer.json.message_id);
      break;
    }
    case "leave":
      answer = await caller.leave(id);
      outcome = model.leave(agent, session);
      break;
    case "end":
      answer = await caller.end(id);
      outcome = model.end(agent, session);
      break;
    case "reopen": {
      const message = step.flag ? { initial_message: { content: step.content } } : {};
      answer = await caller.reopen(id, { invite: handlesOf(step), ...message });
      outcome = model.reopen(agent, session, handlesOf(step), step.flag ? step.content : undefined);
      break;
    }
    default:
      return read(world, agent, step);
  }
  world.expectOutcome(answer, outcome);
  if (session) await world.expectSession(session);
}

async function create(world: World, agent: ModelAgent, step: Step): Promise<void> {
  // One who cannot be reached spoils it, so that is mostly left out.
  const reachable = (handle: string): boolean => step.session % 10 === 0 || world.model.reaches(agent.handle, handle);
  const invite = handlesOf(step).filter(reachable);
  const content = step.flag ? step.content : undefined;
  const end = content !== undefined && step.session % 3 === 0;
  const topic = step.session % 2 === 0 ? step.content : undefined;
  const body = {
    invite,
    ...(content === undefined ? {} : { initial_message: { content } }),
    ...(end ? { end_after_send: true } : {}),
    ...(topic === undefined ? {} : { topic }),
    ...keyOf(step),
  };
  const answer = await world.caller(agent.handle).create(body);
  const { outcome, session } = world.model.create(agent, invite, content, end, topic, keyOf(step).idempotency_key);
  world.expectOutcome(answer, outcome);
  if (!session) return;
  if (session.id === "") session.id = answer.json.session_id;
  expect(answer.json.session_id).toBe(session.id);
  await world.expectSession(session);
}

/** Reads a page. */
async function read(world: World, agent: ModelAgent, step: Step): Promise<void> {
  const session = sessionOf(world, agent, step);
  const [after, limit] = [step.key * 2, step.who + 1];
  const { status, json } = await world
    .caller(agent.handle)
    .events(session?.id ?? UNKNOWN, `?after_sequence=${after}&limit=${limit}`);
  const member = session?.members.get(agent.handle);
  expect(status).toBe(member ? 200 : 404);
  if (!member) return;
  const rest = member.sees.filter((sequence) => sequence > after);
  const page = rest.slice(0, limit);
  const more = rest.length > limit ? { next_cursor: String(page.at(-1)) } : {};
  const sequences = json.events.map(({ sequence }: { sequence: number }) => sequence);
  expect({ ...json, events: sequences }).toEqual({ events: page, ...more });
}

async function register(world: World, handle: string): Promise<void> {
  const { status, json } = await world.operator.admin.post("/_admin/agents", { handle, policy: "open" });
  expect(status).toBe(world.model.agents.has(handle) ? 409 : 201);
  if (status === 201) add(world, handle, json.token);
}

export function add(world: World, handle: string, token: string): void {
  world.setToken(handle, token);
  world.model.add(handle);
}

async function restart(world: World): Promise<void> {
  await world.restart();
  for (const session of world.model.sessions) await world.expectSession(session);
}

/** What is seen of an agent's coming and going is seen in its sessions, so it has to be in one. */
async function beObservable(world: World, agent: ModelAgent): Promise<void> {
  if (world.model.in(agent).length > 0) return;
  const { session } = world.model.create(agent, []);
  const answer = await world.caller(agent.handle).create();
  if (session) session.id = answer.json.session_id;
}

async function whileWatched(world: World, agent: ModelAgent, act: () => Promise<void>): Promise<void> {
  const before = world.model.in(agent);
  await act();
  for (const session of before) await world.expectSession(session);
}

async function expectAround(world: World, agent: ModelAgent): Promise<void> {
  for (const session of world.model.sessions) if (session.members.has(agent.handle)) await world.expectSession(session);
}

function handlesOf({ whom }: Step): string[] {
  return whom.map((one) => HANDLES[one] ?? "@nobody.here");
}

/** Mostly one in which the step could succeed, often one of the caller's, now and then any, or one that there is not. */
function sessionOf(
  { model: { sessions } }: World,
  { handle }: ModelAgent,
  { act, session }: Step,
): ModelSession | undefined {
  const fits = (one: ModelSession): boolean => {
    const status = one.members.get(handle)?.status;
    if (act === "join") return one.active && status === "invited";
    return status === "joined" && one.active === (act !== "reopen");
  };
  if (session > 97) return undefined;
  const mine = sessions.filter(({ members }) => members.has(handle));
  const fitting = mine.filter(fits);
  const from = session < 60 && fitting.length > 0 ? fitting : session < 90 && mine.length > 0 ? mine : sessions;
  return from.at(-1 - (session % Math.min(5, from.length)));
}

/** A key for every other message, and few of them, so that they come again. */
function keyOf({ key }: Step): { readonly idempotency_key?: string } {
  return key < 3 ? { idempotency_key: `key ${key}` } : {};
}
