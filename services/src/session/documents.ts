import type { MessageAccepted, SessionCreated } from "@agentwire/models/session";
import type { Change, Document, DocumentKey } from "../storage/storage.js";
import { type Agent, keptAgent } from "./agent.js";
import type { ParticipantRecord } from "./participant.js";
import type { SessionChanges } from "./session.js";

/** What the service keeps: a collection each, and the events of each session as a stream. */
export const collections = {
  agents: "agent",
  sessions: "session",
  participants: "participant",
  /** Agents that are connected, or were a moment ago. */
  presence: "presence",
  /** Answers to idempotency keys, of messages and of creations. */
  sent: "sent",
  created: "created",
} as const;

export function streamOf(sessionId: string): string {
  return `session/${sessionId}`;
}

export function agentDocument(agent: Agent): Document {
  return { collection: collections.agents, id: agent.handle, body: keptAgent(agent) };
}

export function agentKey(handle: string): DocumentKey {
  return { collection: collections.agents, id: handle };
}

export function participantDocument(record: ParticipantRecord): Document {
  return { ...participantKey(record.session, record.handle), body: record };
}

export function participantKey(session: string, handle: string): DocumentKey {
  return { collection: collections.participants, id: `${session}/${handle}` };
}

/** Keys count for one agent, and not for a later one of the same handle. */
export function createdKey(agent: Agent, key: string): DocumentKey {
  return { collection: collections.created, id: `${agent.id}/${key}` };
}

export function sentKey(session: string, agent: Agent, key: string): DocumentKey {
  return { collection: collections.sent, id: `${session}/${agent.id}/${key}` };
}

export function answerDocument(key: DocumentKey, body: MessageAccepted | SessionCreated): Document {
  return { ...key, body };
}

/** The changes of a session as the storage takes them. */
export function changeOf(session: string, { events, record, participants, forgotten }: SessionChanges): Change {
  const stream = streamOf(session);
  return {
    append: events.map((event) => ({ stream, seq: event.sequence - 1, event })),
    put: [
      ...(record === undefined ? [] : [{ collection: collections.sessions, id: session, body: record }]),
      ...participants.map(participantDocument),
    ],
    remove: forgotten.map((handle) => participantKey(session, handle)),
  };
}
