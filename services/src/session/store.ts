import type { Agent } from "./agent.js";
import type { Session } from "./session.js";

/** Where agents and sessions are kept. Later issues put a database behind it. */
export interface SessionStore {
  agent(handle: string): Agent | undefined;
  agentByTokenHash(hash: string): Agent | undefined;
  putAgent(agent: Agent): void;
  deleteAgent(handle: string): void;
  agents(): Agent[];
  session(id: string): Session | undefined;
  putSession(session: Session): void;
  /** In the order in which they were created. */
  sessions(): Session[];
  clear(): void;
}

/** Keeps everything in memory. */
export class MemorySessionStore implements SessionStore {
  readonly #agents = new Map<string, Agent>();
  readonly #byToken = new Map<string, Agent>();
  readonly #sessions = new Map<string, Session>();

  agent(handle: string): Agent | undefined {
    return this.#agents.get(handle);
  }

  agentByTokenHash(hash: string): Agent | undefined {
    return this.#byToken.get(hash);
  }

  putAgent(agent: Agent): void {
    this.#forgetToken(agent.handle);
    this.#agents.set(agent.handle, agent);
    this.#byToken.set(agent.tokenHash, agent);
  }

  deleteAgent(handle: string): void {
    this.#forgetToken(handle);
    this.#agents.delete(handle);
  }

  agents(): Agent[] {
    return [...this.#agents.values()].sort((a, b) => (a.handle < b.handle ? -1 : 1));
  }

  session(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  putSession(session: Session): void {
    this.#sessions.set(session.id, session);
  }

  sessions(): Session[] {
    return [...this.#sessions.values()];
  }

  clear(): void {
    this.#agents.clear();
    this.#byToken.clear();
    this.#sessions.clear();
  }

  #forgetToken(handle: string): void {
    for (const [hash, agent] of this.#byToken) if (agent.handle === handle) this.#byToken.delete(hash);
  }
}
