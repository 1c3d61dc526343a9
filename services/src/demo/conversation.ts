import { SessionClient } from "@agentwire/client/session";
import { bearer } from "@agentwire/kit/client";
import type { SessionEvent } from "@agentwire/models/session";
import type { KnownEvent } from "../session/event.js";
import type { Clients } from "./clients.js";
import { DemoFailure, type Narrator } from "./narrator.js";
import type { WholeStack } from "./stack.js";

const ALICE = "@alice.demo";
const BOB = "@bob.demo";
const PATIENCE_MS = 5000;

/** What is left for people to try. */
export interface ShownConversation {
  readonly sessionId: string;
  readonly aliceToken: string;
}

/** Two agents talk: alice over HTTP, bob with a WebSocket beside it. */
export async function showConversation(
  tell: Narrator,
  { urls }: WholeStack,
  { admin }: Clients,
  answer: string,
): Promise<ShownConversation> {
  const aliceToken = await register(admin, ALICE);
  const bobToken = await register(admin, BOB);
  const alice = new SessionClient({ baseUrl: urls.session, auth: { AgentToken: bearer(aliceToken) } });
  const bob = new SessionClient({ baseUrl: urls.session, auth: { AgentToken: bearer(bobToken) } });
  const channel = bob.connect();
  try {
    await channel.opened;
    const hear = listener(channel);
    const created = await alice.createSession({
      body: { invite: [BOB], topic: "The answer", initial_message: { content: answer } },
    });
    const path = { session_id: created.session_id };
    const invited = await hear("session.invited");
    tell.check(invited.payload.by === ALICE, `bob hears on his socket that ${ALICE} invites him to ${path.session_id}`);
    await bob.joinSession({ path });
    const message = await hear("session.message");
    tell.check(
      message.payload.content === answer,
      "bob joins, and is sent what was said before: the answer of the run",
    );
    await hear("session.joined");
    const reply = await bob.sendMessage({ path, body: { content: "Thank you, that is what I wanted to know." } });
    await hear("session.message");
    const heard: number[] = [];
    for await (const event of alice.listSessionEvents({ path })) heard.push((event as KnownEvent).sequence);
    tell.check(heard.includes(reply.sequence), `bob replies, and alice reads it as event ${reply.sequence}`);
    await alice.endSession({ path });
    const ended = await hear("session.ended");
    tell.check(ended.sequence === heard.length + 1, "alice ends the session, and bob hears it; no event is missing");
    return { sessionId: path.session_id, aliceToken };
  } finally {
    channel.close();
  }
}

async function register(admin: SessionClient, handle: string): Promise<string> {
  const { token } = await admin.createAgent({ body: { handle, policy: "open" } });
  if (token === undefined) throw new DemoFailure(`${handle} was registered without a token`);
  return token;
}

/** Waits for the next event of a type; the events in between are passed over. */
function listener(channel: AsyncIterable<SessionEvent>) {
  const events = channel[Symbol.asyncIterator]();
  return async <Type extends KnownEvent["type"]>(type: Type): Promise<Extract<KnownEvent, { type: Type }>> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new DemoFailure(`bob did not hear ${type} within ${PATIENCE_MS} ms`)),
        PATIENCE_MS,
      );
    });
    try {
      for (;;) {
        const { done, value } = await Promise.race([events.next(), late]);
        if (done) throw new DemoFailure(`bob's socket closed before he heard ${type}`);
        if (value.type === type) return value as Extract<KnownEvent, { type: Type }>;
      }
    } finally {
      clearTimeout(timer);
    }
  };
}
