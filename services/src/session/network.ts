import { hashToken } from "@agentwire/kit/server";
import type { AgentBlock, AgentRecord, NewAgent } from "@agentwire/models/session";
import { type Agent, newToken, type Policy, recordOf } from "./agent.js";
import type { Sink } from "./connection.js";
import { Conversations } from "./conversations.js";
import { Hub } from "./hub.js";
import { Presence } from "./presence.js";
import { refuse } from "./refusal.js";
import type { SessionStore } from "./store.js";

export interface NetworkOptions {
  readonly store: SessionStore;
  /** Milliseconds an agent may be without a connection before it is out of its sessions. */
  readonly graceMs: number;
  readonly now: () => number;
}

/** A network of agents: who there is, whom they permit, and their conversations. */
export class Network {
  readonly conversations: Conversations;
  readonly hub = new Hub();
  readonly presence: Presence;
  readonly #store: SessionStore;
  readonly #now: () => number;

  constructor({ store, graceMs, now }: NetworkOptions) {
    this.#store = store;
    this.#now = now;
    const changed = this.hub.publish.bind(this.hub);
    this.conversations = new Conversations(store, changed, now);
    this.presence = new Presence({ graceMs, changed, sessionsOf: (handle) => this.conversations.joined(handle) });
  }

  /** The agent that a token stands for. */
  authenticate(token: string): Agent | undefined {
    return this.#store.agentByTokenHash(hashToken(token));
  }

  /** Serves one connection until it closes. */
  async connect(handle: string, tokenHash: string, sink: Sink): Promise<void> {
    // The token may have been changed while the socket was being opened.
    if (this.#store.agent(handle)?.tokenHash !== tokenHash) {
      sink.close(4401, "the token is no longer good");
      return;
    }
    const connection = this.hub.open(handle, tokenHash, sink);
    this.presence.arrived(handle);
    for (const session of this.#store.sessions()) if (session.has(handle)) connection.notify(session);
    try {
      await connection.run();
    } finally {
      this.hub.remove(connection);
      if (!this.hub.isOnline(handle)) this.presence.departed(handle);
    }
  }

  register({ handle, policy = "allowlist" }: NewAgent): AgentRecord {
    if (this.#store.agent(handle)) throw refuse.agentExists();
    const { token, tokenHash } = newToken();
    const agent: Agent = { handle, tokenHash, policy: policy as Policy, allowlist: new Set(), blocks: new Map() };
    this.#store.putAgent(agent);
    return recordOf(agent, token);
  }

  list(): AgentRecord[] {
    return this.#store.agents().map((agent) => recordOf(agent));
  }

  show(handle: string): AgentRecord {
    return recordOf(this.#agent(handle));
  }

  setPolicy(handle: string, policy: string | undefined): AgentRecord {
    const agent = this.#agent(handle);
    if (policy !== undefined) agent.policy = policy as Policy;
    return recordOf(agent);
  }

  rotateToken(handle: string): AgentRecord {
    const agent = this.#agent(handle);
    const { token, tokenHash } = newToken();
    const old = agent.tokenHash;
    this.#store.putAgent(Object.assign(agent, { tokenHash }));
    this.hub.expel(handle, old);
    return recordOf(agent, token);
  }

  remove(handle: string): void {
    const { tokenHash } = this.#agent(handle);
    this.presence.forget(handle);
    this.conversations.forget(handle);
    this.#store.deleteAgent(handle);
    this.hub.expel(handle, tokenHash);
  }

  allow(handle: string, entries: readonly string[]): AgentRecord {
    const agent = this.#agent(handle);
    for (const entry of entries) agent.allowlist.add(entry);
    return recordOf(agent);
  }

  disallow(handle: string, entry: string): AgentRecord {
    const agent = this.#agent(handle);
    agent.allowlist.delete(entry);
    return recordOf(agent);
  }

  blocks(handle: string): AgentBlock[] {
    const { blocks } = this.#agent(handle);
    return [...blocks].map(([blocked_handle, created_at]) => ({ blocked_handle, created_at }));
  }

  block(handle: string, blocked_handle: string): AgentBlock {
    const { blocks } = this.#agent(handle);
    if (handle === blocked_handle) throw refuse.invalid("An agent cannot block itself.");
    const created_at = blocks.get(blocked_handle) ?? this.#now();
    blocks.set(blocked_handle, created_at);
    this.conversations.separate(handle, blocked_handle);
    return { blocked_handle, created_at };
  }

  unblock(handle: string, blockedHandle: string): void {
    this.#agent(handle).blocks.delete(blockedHandle);
  }

  /** Forgets everything. */
  reset(): void {
    for (const { handle } of this.#store.agents()) this.presence.forget(handle);
    this.#store.clear();
    this.conversations.clear();
    this.hub.expelAll();
  }

  /** @throws Problem `not_found` */
  #agent(handle: string): Agent {
    const agent = this.#store.agent(handle);
    if (!agent) throw refuse.notFound();
    return agent;
  }
}
