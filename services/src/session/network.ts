import { hashToken } from "@agentwire/kit/server";
import type { AgentBlock, AgentRecord, NewAgent } from "@agentwire/models/session";
import type { GuardedStorage } from "../storage/problems.js";
import type { Document, DocumentKey } from "../storage/storage.js";
import { type Agent, newAgent, newToken, type Policy, recordOf } from "./agent.js";
import { Connection, type Sink } from "./connection.js";
import { Conversations } from "./conversations.js";
import { collections } from "./documents.js";
import { Hub, NO_LONGER_GOOD } from "./hub.js";
import type { KeptSession } from "./kept-session.js";
import { Presence, type PresenceRecord } from "./presence.js";
import { refuse } from "./refusal.js";
import type { SeedAgent } from "./seed.js";
import type { Session } from "./session.js";
import { SessionStore } from "./store.js";

export interface NetworkOptions {
  readonly storage: GuardedStorage;
  /** Milliseconds an agent may be without a connection before it is out of its sessions. */
  readonly graceMs: number;
  readonly now: () => number;
}

/** A network of agents: who there is, whom they permit, and their conversations. */
export class Network {
  readonly storage: GuardedStorage;
  readonly conversations: Conversations;
  readonly presence: Presence;
  readonly #now: () => number;

  private constructor(
    private readonly store: SessionStore,
    readonly hub: Hub,
    { storage, graceMs, now }: NetworkOptions,
  ) {
    this.storage = storage;
    this.#now = now;
    this.conversations = new Conversations(store, storage, now);
    this.presence = new Presence({
      graceMs,
      joinedBy: (handle) => this.conversations.joinedBy(handle),
      session: (id) => store.session(id),
      commit: (sessions, presence) => void store.commit(sessions, changeTo(presence)).catch(() => undefined),
    });
  }

  /** Goes on with what was kept. @throws StorageError */
  static async open(options: NetworkOptions): Promise<Network> {
    const { storage, now } = options;
    const hub = new Hub();
    const store = await SessionStore.open({ storage, now, published: (kept, events) => hub.publish(kept, events) });
    const network = new Network(store, hub, options);
    for await (const record of store.all<PresenceRecord>(collections.presence)) network.presence.resume(record);
    return network;
  }

  /** The agent that a token stands for. */
  authenticate(token: string): Agent | undefined {
    return this.store.agentByTokenHash(hashToken(token));
  }

  /** Serves one connection until it closes. */
  async connect(handle: string, tokenHash: string, sink: Sink): Promise<void> {
    // It begins after what others of its agent have received.
    await this.hub.confirm(handle);
    // The token may have been changed while the socket was being opened.
    if (this.store.agent(handle)?.tokenHash !== tokenHash) {
      sink.close(...NO_LONGER_GOOD);
      return;
    }
    const connection = new Connection(handle, tokenHash, sink, this.store);
    const isFirst = !this.hub.isOnline(handle);
    this.hub.add(connection);
    if (isFirst) this.presence.arrived(handle);
    for (const kept of this.store.sessionsOf(handle)) connection.begin(kept);
    try {
      await connection.done;
    } finally {
      if (this.hub.remove(connection) && !this.hub.isOnline(handle)) this.presence.departed(handle);
    }
  }

  async register({ handle, policy = "allowlist" }: NewAgent): Promise<AgentRecord> {
    if (this.store.agent(handle)) throw refuse.agentExists();
    const { token, tokenHash } = newToken();
    const agent = newAgent(handle, policy as Policy, tokenHash);
    await this.store.putAgent(agent);
    return recordOf(agent, token);
  }

  /** Registers an agent with a token of its owner's, or changes the one there is to it. */
  async seed({ handle, token, policy = "open", allowlist = [] }: SeedAgent): Promise<void> {
    const tokenHash = hashToken(token);
    const agent = this.store.agent(handle) ?? newAgent(handle, policy, tokenHash);
    await this.store.putAgent({ ...agent, tokenHash, policy, allowlist: new Set(allowlist) });
  }

  list(): AgentRecord[] {
    return this.store.agents().map((agent) => recordOf(agent));
  }

  show(handle: string): AgentRecord {
    return recordOf(this.#agent(handle));
  }

  async setPolicy(handle: string, policy: string | undefined): Promise<AgentRecord> {
    return recordOf(await this.#update(handle, policy === undefined ? {} : { policy: policy as Policy }));
  }

  async rotateToken(handle: string): Promise<AgentRecord> {
    const { tokenHash: old } = this.#agent(handle);
    const { token, tokenHash } = newToken();
    const agent = await this.#update(handle, { tokenHash });
    this.hub.expel(handle, old);
    return recordOf(agent, token);
  }

  /** Takes an agent out of everything. */
  async remove(handle: string): Promise<void> {
    this.#agent(handle);
    const sessions = this.store.sessionsOf(handle);
    for (const session of currentOf(sessions)) session.forget(handle);
    await this.store.deleteAgent(handle, sessions, [{ collection: collections.presence, id: handle }]);
    this.presence.forget(handle);
    this.hub.banish(handle);
  }

  async allow(handle: string, entries: readonly string[]): Promise<AgentRecord> {
    const { allowlist } = this.#agent(handle);
    return recordOf(await this.#update(handle, { allowlist: new Set([...allowlist, ...entries]) }));
  }

  async disallow(handle: string, entry: string): Promise<AgentRecord> {
    const allowlist = new Set(this.#agent(handle).allowlist);
    allowlist.delete(entry);
    return recordOf(await this.#update(handle, { allowlist }));
  }

  blocks(handle: string): AgentBlock[] {
    const { blocks } = this.#agent(handle);
    return [...blocks].map(([blocked_handle, created_at]) => ({ blocked_handle, created_at }));
  }

  /** Lets the block take effect at once on the sessions that both are in. */
  async block(handle: string, blocked_handle: string): Promise<AgentBlock> {
    const agent = this.#agent(handle);
    if (handle === blocked_handle) throw refuse.invalid("An agent cannot block itself.");
    const since = agent.blocks.get(blocked_handle);
    if (since !== undefined) return { blocked_handle, created_at: since };
    const created_at = this.#now();
    const sessions = this.conversations.joinedBy(handle).filter(({ session }) => session.has(blocked_handle));
    for (const session of currentOf(sessions)) session.separate(handle, blocked_handle);
    await this.store.putAgent({ ...agent, blocks: new Map(agent.blocks).set(blocked_handle, created_at) }, sessions);
    return { blocked_handle, created_at };
  }

  async unblock(handle: string, blockedHandle: string): Promise<void> {
    const blocks = new Map(this.#agent(handle).blocks);
    blocks.delete(blockedHandle);
    await this.#update(handle, { blocks });
  }

  /** Forgets everything. */
  async reset(): Promise<void> {
    for (const { handle } of this.store.agents()) this.presence.forget(handle);
    this.hub.banishAll();
    await this.store.clear();
  }

  /** Writes down what is not yet. Nobody is told that agents are gone. */
  async close(): Promise<void> {
    this.presence.stop();
    await this.hub.ended();
    await this.store.writeCursors();
  }

  async #update(handle: string, change: Partial<Agent>): Promise<Agent> {
    const agent = { ...this.#agent(handle), ...change };
    await this.store.putAgent(agent);
    return agent;
  }

  /** @throws Problem `not_found` */
  #agent(handle: string): Agent {
    const agent = this.store.agent(handle);
    if (!agent) throw refuse.notFound();
    return agent;
  }
}

/** All of them before anything happens in one. @throws Problem `unavailable` */
function currentOf(sessions: readonly KeptSession[]): Session[] {
  return sessions.map(({ current }) => current);
}

function changeTo(presence: Document | DocumentKey) {
  return "body" in presence ? { put: [presence] } : { remove: [presence] };
}
