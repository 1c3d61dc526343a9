import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { temporaryFolder } from "../../generator/tool.js";
import type { Answer } from "../raw.js";
import { Agent } from "../session/agent.js";
import type { Frame, Listener } from "../session/listener.js";
import { Operator, type OperatorSettings } from "../session/operator.js";
import { Identities } from "./identities.js";
import { Model, type ModelAgent, type ModelSession, type Outcome, type Stream } from "./model.js";

export const HANDLES = ["@a.one", "@a.two", "@b.one", "@c.one", "@d.one"];

const PATIENCE_MS = 3000;

/** A socket of the operator, and what the model says of it. */
interface Socket {
  readonly stream: Stream;
  readonly listener: Listener;
}

/** The operator and the model of it, side by side. */
export class World {
  readonly model: Model;
  readonly #callers = new Map<string, Agent>();
  readonly #identities = new Identities();
  #sockets: Socket[] = [];

  private constructor(
    readonly operator: Operator,
    grace: "none" | "endless",
  ) {
    this.model = new Model(grace);
  }

  static async start(grace: "none" | "endless", restarts: boolean): Promise<World> {
    const graceMs = grace === "none" ? 0 : 3_600_000;
    const settings: OperatorSettings = { graceMs, ...(restarts ? { dataFolder: temporaryFolder() } : {}) };
    return new World(await Operator.start(settings), grace);
  }

  /** The caller that speaks for an agent; one that is gone has its last token still. */
  caller(handle: string): Agent {
    const caller = this.#callers.get(handle);
    if (!caller) throw new Error(`there never was an agent ${handle}`);
    return caller;
  }

  has(handle: string): boolean {
    return this.#callers.has(handle);
  }

  setToken(handle: string, token: string): void {
    this.#callers.set(handle, new Agent(() => this.operator.url, token, handle));
  }

  async connect(agent: ModelAgent): Promise<void> {
    const listener = await this.caller(agent.handle).listen();
    this.#sockets.push({ stream: this.model.connect(agent), listener });
  }

  /** Closes the oldest or the newest of an agent's sockets. */
  async disconnect(agent: ModelAgent, newest: boolean): Promise<void> {
    const mine = this.#sockets.filter(({ stream }) => stream.owner === agent);
    const socket = newest ? mine.at(-1) : mine[0];
    if (!socket) return;
    this.#sockets = this.#sockets.filter((other) => other !== socket);
    await socket.listener.close();
    this.model.disconnect(agent, socket.stream);
  }

  /** Expects the operator to close all of an agent's sockets, because its token is no longer good. */
  async expelled(agent: ModelAgent): Promise<void> {
    const mine = this.#sockets.filter(({ stream }) => stream.owner === agent);
    this.#sockets = this.#sockets.filter(({ stream }) => stream.owner !== agent);
    for (const { listener } of mine) expect((await listener.closed).code).toBe(4401);
  }

  async restart(): Promise<void> {
    const closed = this.#sockets.map(({ listener }) => listener.closed);
    this.#sockets = [];
    await Promise.all([this.operator.restart(), ...closed]);
    this.model.restart();
  }

  /** Expects an answer to be what the model says. */
  expectOutcome({ status, json, text }: Answer, { status: wanted, error, body }: Outcome): void {
    expect({ status, text }).toMatchObject({ status: wanted });
    if (error !== undefined) expect(json.error).toBe(error);
    else {
      const { session_id, message_id, ...rest } = json;
      expect(rest).toEqual(body);
    }
  }

  get identities(): Identities {
    return this.#identities;
  }

  /** Expects all who know a session to see of it what the model says. */
  async expectSession(session: ModelSession): Promise<void> {
    const [first] = session.members.keys();
    if (first !== undefined) {
      const view = async () => viewOf((await this.caller(first).view(session.id)).json);
      expect(await settled(view, expectedView(session))).toEqual(expectedView(session));
    }
    await Promise.all(
      [...session.members].map(([handle, { sees }]) => this.#expectList(this.caller(handle), session, sees)),
    );
    await Promise.all(this.#sockets.map(({ stream, listener }) => this.#expectStream(stream, listener, session)));
  }

  /** Expects everything there is to be as the model says, and nothing more to come. */
  async expectAll(): Promise<void> {
    for (const session of this.model.sessions) {
      await this.expectSession(session);
      for (const handle of this.model.agents.keys())
        if (!session.members.has(handle)) expect((await this.caller(handle).events(session.id)).status).toBe(404);
    }
    for (const { handle, policy, allowlist } of this.model.agents.values()) {
      const { sessions } = (await this.caller(handle).get("/sessions")).json;
      const mine = this.model.sessions.filter(({ members }) => members.has(handle));
      expect(sessions.map(viewOf)).toEqual(mine.map(expectedView));
      const record = (await this.operator.admin.get(`/_admin/agents/${handle}`)).json;
      expect(record).toEqual({ handle, policy, allowlist: [...allowlist].sort() });
    }
    await Promise.all(this.#sockets.map(({ listener }) => listener.quiet(20)));
    for (const { stream, listener } of this.#sockets) {
      const known = this.model.sessions.filter(({ id }) => listener.of(id).length > 0);
      expect(known.reduce((sum, { id }) => sum + listener.of(id).length, 0)).toBe(listener.frames.length);
      for (const session of this.model.sessions) await this.#expectStream(stream, listener, session);
    }
  }

  async close(): Promise<void> {
    for (const { listener } of this.#sockets) listener.socket.terminate();
    await this.operator.close();
  }

  async #expectList(caller: Agent, session: ModelSession, wanted: readonly number[]): Promise<void> {
    let page: Answer["json"];
    const read = async (): Promise<number[]> => {
      page = (await caller.events(session.id)).json;
      return page.events.map(({ sequence }: Frame) => sequence);
    };
    const sees = await settled(read, wanted);
    if (!isDeepStrictEqual(sees, wanted)) throw new Error(wrongSight(caller, session, sees, wanted));
    this.#expectEvents(session, wanted, page.events);
    expect(page).not.toHaveProperty("next_cursor");
  }

  async #expectStream(stream: Stream, listener: Listener, session: ModelSession): Promise<void> {
    const due = stream.due.get(session) ?? [];
    await listener.until(() => listener.of(session.id).length >= due.length, `${due} of ${session.id}`);
    this.#expectEvents(session, due, listener.of(session.id));
  }

  #expectEvents(session: ModelSession, sequences: readonly number[], frames: readonly Frame[]): void {
    expect(frames.map(({ sequence }) => sequence)).toEqual(sequences);
    for (const frame of frames) {
      const event = session.events[frame.sequence - 1];
      if (event) this.#identities.check(session, event, frame);
    }
  }
}

/**
 * Asks until the answer is this, or for a while. Connections come and go a moment after their client has heard of it, so
 * what the model says may be a moment away.
 */
async function settled<T>(ask: () => Promise<T>, wanted: unknown): Promise<T> {
  const late = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isDeepStrictEqual(answer, wanted) || Date.now() > late) return answer;
    await wait(5);
  }
}

function wrongSight(
  { handle }: Agent,
  { events }: ModelSession,
  sees: readonly number[],
  wanted: readonly number[],
): string {
  const happened = events.map(({ type, payload }) => `${type} ${JSON.stringify(payload)}`).join(", ");
  return `${handle} sees ${sees} and should see ${wanted} of ${happened}`;
}

/** A session as the model would show it: whether there is a time, instead of the time. */
function expectedView({ id, topic, active, members }: ModelSession): object {
  const participants = [...members].map(([handle, { status, hasJoined, hasLeft }]) => [
    handle,
    status,
    hasJoined,
    hasLeft,
  ]);
  return { id, topic, state: active ? "active" : "ended", ended: !active, participants };
}

function viewOf(view: Record<string, unknown> & { readonly participants: readonly Record<string, unknown>[] }): object {
  const { id, topic, state, participants } = view;
  const all = participants.map(({ handle, status, joined_at, left_at }) => [
    handle,
    status,
    joined_at !== undefined,
    left_at !== undefined,
  ]);
  return { id, topic, state, ended: view["ended_at"] !== undefined, participants: all };
}
