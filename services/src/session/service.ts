import { randomBytes } from "node:crypto";
import { constantTimeEqual, type RequestContext, type ServerChannel, type ServerOptions } from "@agentwire/kit/server";
import type * as wire from "@agentwire/models/session";
import { SessionServer } from "@agentwire/server/session";
import { VERSION } from "../shared/version.js";
import { Network } from "./network.js";
import { MemorySessionStore, type SessionStore } from "./store.js";

const DEFAULT_GRACE_MS = 30_000;

/** Settings of a session service. Who may call is not among them: agents and the administrator, by their tokens. */
export interface SessionOptions extends Omit<ServerOptions, "auth"> {
  /** The administrator's token. Default: one made up, see `adminToken`. */
  readonly adminToken?: string;
  /** The name of the network. Default `local`. */
  readonly network?: string;
  /** Milliseconds an agent may be without a connection before it is out of its sessions. Default 30 000. */
  readonly graceMs?: number;
  readonly store?: SessionStore;
}

const ok: wire.Acknowledgement = { ok: true };

/** The reference session service. */
export class SessionService extends SessionServer {
  /** The administrator's token. */
  readonly adminToken: string;
  readonly #network: Network;
  readonly #name: string;
  readonly #version: string;

  constructor({ adminToken, network: name, graceMs, store, ...options }: SessionOptions = {}) {
    const admin = adminToken ?? randomBytes(32).toString("base64url");
    const network = new Network({
      store: store ?? new MemorySessionStore(),
      graceMs: graceMs ?? DEFAULT_GRACE_MS,
      now: () => Date.now(),
    });
    const agentOf = (token: string) => {
      const agent = network.authenticate(token);
      return agent && { subject: agent.handle, claims: { tokenHash: agent.tokenHash } };
    };
    const adminOf = (token: string) => (constantTimeEqual(token, admin) ? "admin" : undefined);
    super({
      version: VERSION,
      ...options,
      auth: { mode: "required", schemes: { AgentToken: agentOf, AdminToken: adminOf } },
    });
    this.adminToken = admin;
    this.#network = network;
    this.#name = name ?? "local";
    this.#version = options.version ?? VERSION;
  }

  override health(): wire.OperatorHealth {
    return { status: "ok", network: this.#name, version: this.#version };
  }

  override listSessions(_request: Record<string, never>, context: RequestContext): wire.SessionList {
    return { sessions: this.#talk.list(caller(context)) };
  }

  override createSession({ body }: wire.CreateSessionRequest, context: RequestContext): wire.SessionCreated {
    return this.#talk.create(caller(context), body);
  }

  override getSession({ path }: wire.GetSessionRequest, context: RequestContext): wire.SessionView {
    return this.#talk.view(caller(context), path.session_id);
  }

  override joinSession({ path }: wire.JoinSessionRequest, context: RequestContext): wire.Acknowledgement {
    this.#talk.join(caller(context), path.session_id);
    return ok;
  }

  override inviteToSession(
    { path, body }: wire.InviteToSessionRequest,
    context: RequestContext,
  ): wire.InvitationResult {
    return { invited: this.#talk.invite(caller(context), path.session_id, body.invite) };
  }

  override sendMessage({ path, body }: wire.SendMessageRequest, context: RequestContext): wire.MessageAccepted {
    return this.#talk.send(caller(context), path.session_id, body);
  }

  override leaveSession({ path }: wire.LeaveSessionRequest, context: RequestContext): wire.Acknowledgement {
    this.#talk.leave(caller(context), path.session_id);
    return ok;
  }

  override endSession({ path }: wire.EndSessionRequest, context: RequestContext): wire.Acknowledgement {
    this.#talk.end(caller(context), path.session_id);
    return ok;
  }

  override reopenSession({ path, body }: wire.ReopenSessionRequest, context: RequestContext): wire.Acknowledgement {
    this.#talk.reopen(caller(context), path.session_id, body);
    return ok;
  }

  override listSessionEvents(
    { path, query }: wire.ListSessionEventsRequest,
    context: RequestContext,
  ): wire.SessionEventList {
    return this.#talk.events(caller(context), path.session_id, query?.after_sequence, query?.limit);
  }

  override async connect(
    _request: Record<string, never>,
    channel: ServerChannel<wire.SessionClientMessage, wire.SessionEvent>,
    context: RequestContext,
  ): Promise<void> {
    const tokenHash = String(context.principal?.claims["tokenHash"]);
    await this.#network.connect(caller(context), tokenHash, channel);
  }

  override listAgents(): wire.AgentList {
    return { agents: this.#network.list() };
  }

  override createAgent({ body }: wire.CreateAgentRequest): wire.AgentRecord {
    return this.#network.register(body);
  }

  override getAgent({ path }: wire.GetAgentRequest): wire.AgentRecord {
    return this.#network.show(path.handle);
  }

  override deleteAgent({ path }: wire.DeleteAgentRequest): void {
    this.#network.remove(path.handle);
  }

  override updateAgent({ path, body }: wire.UpdateAgentRequest): wire.AgentRecord {
    return this.#network.setPolicy(path.handle, body.policy);
  }

  override rotateAgentToken({ path }: wire.RotateAgentTokenRequest): wire.AgentRecord {
    return this.#network.rotateToken(path.handle);
  }

  override addAllowlistEntries({ path, body }: wire.AddAllowlistEntriesRequest): wire.AgentRecord {
    return this.#network.allow(path.handle, body.entries);
  }

  override removeAllowlistEntry({ path }: wire.RemoveAllowlistEntryRequest): wire.AgentRecord {
    return this.#network.disallow(path.handle, path.entry);
  }

  override listAgentBlocks({ path }: wire.ListAgentBlocksRequest): wire.AgentBlockList {
    return { blocks: this.#network.blocks(path.handle) };
  }

  override addAgentBlock({ path, body }: wire.AddAgentBlockRequest): wire.AgentBlock {
    return this.#network.block(path.handle, body.handle);
  }

  override removeAgentBlock({ path }: wire.RemoveAgentBlockRequest): void {
    this.#network.unblock(path.handle, path.blocked_handle);
  }

  override resetNetwork(): void {
    this.#network.reset();
  }

  override async tap(_request: Record<string, never>, channel: ServerChannel<never, wire.SessionEvent>): Promise<void> {
    await this.#network.hub.tap(channel);
  }

  /** Connections now close because the service does; nobody is told that agents are gone. */
  override close(options?: { timeoutMs?: number }): Promise<void> {
    this.#network.presence.stop();
    return super.close(options);
  }

  get #talk() {
    return this.#network.conversations;
  }
}

/** The agent that a request comes from, as its token says. */
function caller({ principal }: RequestContext): string {
  return principal?.subject ?? "";
}
