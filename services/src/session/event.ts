import type {
  SessionDisconnectedEvent,
  SessionEndedEvent,
  SessionInvitedEvent,
  SessionJoinedEvent,
  SessionLeftEvent,
  SessionMessageEvent,
  SessionReconnectedEvent,
  SessionReopenedEvent,
} from "@agentwire/models/session";

/** The events that this service makes. The contract's own type also holds those of versions to come. */
export type KnownEvent =
  | SessionInvitedEvent
  | SessionJoinedEvent
  | SessionDisconnectedEvent
  | SessionReconnectedEvent
  | SessionLeftEvent
  | SessionMessageEvent
  | SessionEndedEvent
  | SessionReopenedEvent;

/** What there is to say about an event before it has its place in a session. */
export type EventContent = {
  [Type in KnownEvent["type"]]: {
    readonly type: Type;
    readonly payload: Extract<KnownEvent, { type: Type }>["payload"];
  };
}[KnownEvent["type"]];
