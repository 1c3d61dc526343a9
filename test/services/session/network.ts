import { SessionClient } from "@agentwire/client/session";
import { bearer, type ClientOptions } from "@agentwire/kit/client";
import { onTestFinished } from "vitest";
import type { KnownEvent } from "../../../services/src/session/event.js";
import { type SessionOptions, SessionService } from "../../../services/src/session/service.js";
import { eventually, serve, type Way } from "../support.js";

export const ALICE = "@alice.test";
export const BOB = "@bob.test";
export const CAROL = "@carol.test";

/** What an agent hears on one socket. */
export interface Ear {
  readonly heard: KnownEvent[];
  /** Like `heard`, in few words: `3 session.joined`. */
  list(): string[];
  /** Waits for so many events, and gives the types of all. */
  types(count: number): Promise<string[]>;
  close(): void;
  /** How the socket ended, once it has. */
  readonly ended: Promise<unknown>;
}

/** A network with an administrator, and agents who are open to everybody. */
export async function network(options: SessionOptions = {}, way: Way = "in memory") {
  const service = new SessionService(options);
  const server = await serve(service, way);
  const admin = new SessionClient({ ...server, auth: { AdminToken: bearer(service.adminToken) } });
  const clientFor = (token: string) => new SessionClient({ ...server, auth: { AgentToken: bearer(token) } });
  const agent = async (handle: string, policy: "open" | "allowlist" = "open") => {
    const { token } = await admin.createAgent({ body: { handle, policy } });
    return clientFor(String(token));
  };
  return { service, server: server as ClientOptions, admin, agent, clientFor };
}

/** Opens a socket and listens. The kit's client drops what comes twice. */
export async function listen(client: SessionClient): Promise<Ear> {
  const channel = client.connect({}, { backoffMs: 20 });
  const heard: KnownEvent[] = [];
  const ended = (async () => {
    for await (const event of channel) heard.push(event as KnownEvent);
  })().catch((error: unknown) => error);
  onTestFinished(() => channel.close());
  await channel.opened;
  return {
    heard,
    ended,
    list: () => heard.map(({ sequence, type }) => `${sequence} ${type.replace("session.", "")}`),
    types: async (count) => {
      await eventually(
        () => heard.length,
        (length) => length >= count,
      );
      return heard.map(({ type }) => type.replace("session.", ""));
    },
    close: () => channel.close(),
  };
}

/** All events of a session that an agent may read, in few words. */
export async function history(client: SessionClient, session_id: string): Promise<string[]> {
  const events: string[] = [];
  for await (const event of client.listSessionEvents({ path: { session_id } })) {
    const { sequence, type } = event as KnownEvent;
    events.push(`${sequence} ${type.replace("session.", "")}`);
  }
  return events;
}
