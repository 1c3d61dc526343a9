import { randomBytes } from "node:crypto";
import {
  constantTimeEqual,
  type Logger,
  loggerOf,
  type RequestContext,
  type ServerChannel,
  type ServerOptions,
} from "@agentwire/kit/server";
import type * as wire from "@agentwire/models/session";
import { SessionServer } from "@agentwire/server/session";
import { obstacleOf, READINESS_PATH } from "../shared/readiness.js";
import { VERSION } from "../shared/version.js";
import { type GuardedStorage, withProblems } from "../storage/problems.js";
import { IN_MEMORY, openSqlite } from "../storage/sqlite/storage.js";
import type { Storage } from "../storage/storage.js";
import type { Conversations } from "./conversations.js";
import { Network, type NetworkOptions } from "./network.js";
import type { SeedAgent } from "./seed.js";

const DEFAULT_GRACE_MS = 30_000;

/** Who takes nothing for so long is cut off; what it missed waits for it. */
const SLOW_CONSUMER_MS = 10_000;

/** Events that an agent gets in quick succession leave together. */
const GATHER_MS = 5;

/** Frames of a client within a second; those that come faster wait in the network. */
const FRAMES_PER_SECOND = 100;

/** Settings of a session service. Who may call is not among them: agents and the administrator, by their tokens. */
export interface SessionOptions extends Omit<ServerOptions, "auth"> {
  /** The administrator's token. Default: one made up, see `adminToken`. */
  readonly adminToken?: string;
  /** The name of the network. Default `local`. */
  readonly network?: string;
  /** Milliseconds an agent may be without a connection before it is out of its sessions. Default 30 000. */
  readonly graceMs?: number;
  /** Agents that are there from the start. */
  readonly agents?: readonly SeedAgent[];
  /** Where agents and sessions are kept; the caller closes it. Default: in memory, gone with the service. */
  readonly storage?: Storage;
  /** The clock, in milliseconds since 1970. It dates things and orders nothing, so it may go backwards. */
  readonly now?: () => number;
}

const ok: wire.Acknowledgement = { ok: true };

/** The reference session service. */
export class SessionService extends SessionServer {
  /** The administrator's token. */
  readonly adminToken: string;
  readonly #network: Promise<Network>;
  readonly #name: string;
  readonly #version: string;
  /** The same, once it is there: there may be very many connections, and each would keep a promise more. */
  #opened: Network | undefined;
  readonly #storage: Promise<GuardedStorage>;
  #isClosing = false;
  #releaseStorage: () => Promise<void> = async () => undefined;

  constructor({ adminToken, network: name, graceMs, agents = [], storage, now, ...options }: SessionOptions = {}) {
    const admin = adminToken ?? randomBytes(32).toString("base64url");
    const agentOf = async (token: string) => {
      const agent = (await this.#network).authenticate(token);
      return agent && { subject: agent.handle, claims: { tokenHash: agent.tokenHash } };
    };
    const adminOf = (token: string) => (constantTimeEqual(token, admin) ? "admin" : undefined);
    super({
      version: VERSION,
      readiness: READINESS_PATH,
      ...options,
      channels: {
        slowConsumer: SLOW_CONSUMER_MS,
        gather: GATHER_MS,
        rate: { messages: FRAMES_PER_SECOND, seconds: 1 },
        ...options.channels,
      },
      auth: { mode: "required", schemes: { AgentToken: agentOf, AdminToken: adminOf } },
    });
    this.adminToken = admin;
    this.#name = name ?? "local";
    this.#version = options.version ?? VERSION;
    this.#network = this.#open(storage, agents, loggerOf(options.logger, "agentwire-session"), {
      graceMs: graceMs ?? DEFAULT_GRACE_MS,
      now: now ?? Date.now,
    });
    this.#storage = this.#network.then(({ storage }) => storage);
    // Whoever calls, or waits for `ready`, hears it.
    for (const opening of [this.#network, this.#storage]) opening.catch(() => undefined);
  }

  /** Resolves when what was kept has been read. @throws StorageError */
  async ready(): Promise<void> {
    await this.#network;
  }

  override health(): wire.OperatorHealth {
    return { status: "ok", network: this.#name, version: this.#version };
  }

  protected override async checkReadiness(): Promise<string | undefined> {
    return this.#isClosing ? "The operator is shutting down." : await obstacleOf(this.#storage);
  }

  override async listSessions(_request: Record<string, never>, context: RequestContext): Promise<wire.SessionList> {
    return { sessions: await (await this.#talk).list(caller(context)) };
  }

  override async createSession(
    { body }: wire.CreateSessionRequest,
    context: RequestContext,
  ): Promise<wire.SessionCreated> {
    return await (await this.#talk).create(caller(context), body);
  }

  override async getSession({ path }: wire.GetSessionRequest, context: RequestContext): Promise<wire.SessionView> {
    return await (await this.#talk).view(caller(context), path.session_id);
  }

  override async joinSession(
    { path }: wire.JoinSessionRequest,
    context: RequestContext,
  ): Promise<wire.Acknowledgement> {
    await (await this.#talk).join(caller(context), path.session_id);
    return ok;
  }

  override async inviteToSession(
    { path, body }: wire.InviteToSessionRequest,
    context: RequestContext,
  ): Promise<wire.InvitationResult> {
    return { invited: await (await this.#talk).invite(caller(context), path.session_id, body.invite) };
  }

  override async sendMessage(
    { path, body }: wire.SendMessageRequest,
    context: RequestContext,
  ): Promise<wire.MessageAccepted> {
    return await (await this.#talk).send(caller(context), path.session_id, body);
  }

  override async leaveSession(
    { path }: wire.LeaveSessionRequest,
    context: RequestContext,
  ): Promise<wire.Acknowledgement> {
    await (await this.#talk).leave(caller(context), path.session_id);
    return ok;
  }

  override async endSession({ path }: wire.EndSessionRequest, context: RequestContext): Promise<wire.Acknowledgement> {
    await (await this.#talk).end(caller(context), path.session_id);
    return ok;
  }

  override async reopenSession(
    { path, body }: wire.ReopenSessionRequest,
    context: RequestContext,
  ): Promise<wire.Acknowledgement> {
    await (await this.#talk).reopen(caller(context), path.session_id, body);
    return ok;
  }

  override async listSessionEvents(
    { path, query }: wire.ListSessionEventsRequest,
    context: RequestContext,
  ): Promise<wire.SessionEventList> {
    return await (await this.#talk).events(caller(context), path.session_id, query?.after_sequence, query?.limit);
  }

  override connect(
    _request: Record<string, never>,
    channel: ServerChannel<wire.SessionClientMessage, wire.SessionEvent>,
    context: RequestContext,
  ): Promise<void> {
    const handle = caller(context);
    const tokenHash = String(context.principal?.claims["tokenHash"]);
    const connect = (network: Network) => network.connect(handle, tokenHash, channel);
    return this.#opened ? connect(this.#opened) : this.#network.then(connect);
  }

  override async listAgents(): Promise<wire.AgentList> {
    return { agents: (await this.#network).list() };
  }

  override async createAgent({ body }: wire.CreateAgentRequest): Promise<wire.AgentRecord> {
    return await (await this.#network).register(body);
  }

  override async getAgent({ path }: wire.GetAgentRequest): Promise<wire.AgentRecord> {
    return (await this.#network).show(path.handle);
  }

  override async deleteAgent({ path }: wire.DeleteAgentRequest): Promise<void> {
    await (await this.#network).remove(path.handle);
  }

  override async updateAgent({ path, body }: wire.UpdateAgentRequest): Promise<wire.AgentRecord> {
    return await (await this.#network).setPolicy(path.handle, body.policy);
  }

  override async rotateAgentToken({ path }: wire.RotateAgentTokenRequest): Promise<wire.AgentRecord> {
    return await (await this.#network).rotateToken(path.handle);
  }

  override async addAllowlistEntries({ path, body }: wire.AddAllowlistEntriesRequest): Promise<wire.AgentRecord> {
    return await (await this.#network).allow(path.handle, body.entries);
  }

  override async removeAllowlistEntry({ path }: wire.RemoveAllowlistEntryRequest): Promise<wire.AgentRecord> {
    return await (await this.#network).disallow(path.handle, path.entry);
  }

  override async listAgentBlocks({ path }: wire.ListAgentBlocksRequest): Promise<wire.AgentBlockList> {
    return { blocks: (await this.#network).blocks(path.handle) };
  }

  override async addAgentBlock({ path, body }: wire.AddAgentBlockRequest): Promise<wire.AgentBlock> {
    return await (await this.#network).block(path.handle, body.handle);
  }

  override async removeAgentBlock({ path }: wire.RemoveAgentBlockRequest): Promise<void> {
    await (await this.#network).unblock(path.handle, path.blocked_handle);
  }

  override async resetNetwork(): Promise<void> {
    await (await this.#network).reset();
  }

  override async tap(_request: Record<string, never>, channel: ServerChannel<never, wire.SessionEvent>): Promise<void> {
    await (await this.#network).hub.tap(channel);
  }

  /** Connections now close because the service does; nobody is told that agents are gone. */
  override async close(options?: { timeoutMs?: number }): Promise<void> {
    this.#isClosing = true;
    const network = await this.#network.catch(() => undefined);
    network?.presence.stop();
    await super.close(options);
    await network?.close();
    await this.#releaseStorage();
  }

  async #open(
    kept: Storage | undefined,
    agents: readonly SeedAgent[],
    log: Logger,
    options: Omit<NetworkOptions, "storage">,
  ): Promise<Network> {
    const storage = kept ?? (await openSqlite(IN_MEMORY));
    if (!kept) this.#releaseStorage = () => storage.close();
    const network = await Network.open({ storage: withProblems(storage, log), ...options });
    for (const agent of agents) await network.seed(agent);
    this.#opened = network;
    return network;
  }

  get #talk(): Promise<Conversations> {
    return this.#network.then(({ conversations }) => conversations);
  }
}

/** The agent that a request comes from, as its token says. */
function caller({ principal }: RequestContext): string {
  return principal?.subject ?? "";
}
