import { expect } from "vitest";
import type { Frame } from "../session/listener.js";
import { issuesOf } from "../wire/schemas.js";
import type { ModelEvent, ModelMessage, ModelSession } from "./model.js";

/**
 * What the operator chose: ids and times. The first sight of an event is held against the model and kept; from then on
 * everybody has to see the very same event.
 */
export class Identities {
  readonly #seen = new Map<ModelEvent, string>();
  readonly #messages = new Map<ModelMessage, { readonly id: unknown; readonly created_at: unknown }>();
  readonly #ids = new Set<unknown>();

  /** Expects a frame to be this event. */
  check(session: ModelSession, event: ModelEvent, frame: Frame): void {
    const known = this.#seen.get(event);
    if (known !== undefined) {
      expect(JSON.stringify(frame)).toBe(known);
      return;
    }
    expect(issuesOf("session/session-event", frame)).toEqual([]);
    const { event_id, created_at, ...rest } = frame;
    this.#fresh(event_id);
    const { type, sequence } = event;
    expect(rest).toEqual({
      type: `session.${type}`,
      session_id: session.id,
      sequence,
      payload: this.#payload(session, event, frame),
    });
    this.#seen.set(event, JSON.stringify(frame));
  }

  /** Expects an answer to name this message. */
  checkId(message: ModelMessage, id: unknown): void {
    const known = this.#messages.get(message);
    if (known) expect(id).toBe(known.id);
  }

  #payload(session: ModelSession, { payload, message, type }: ModelEvent, frame: Frame): object {
    if (!message) return payload;
    const shown = type === "message" ? frame.payload : (frame.payload["initial_message"] as Frame["payload"]);
    const { id, created_at } = this.#messages.get(message) ?? { id: shown["id"], created_at: shown["created_at"] };
    if (!this.#messages.has(message)) this.#fresh(id);
    this.#messages.set(message, { id, created_at });
    const whole = { ...message, id, created_at, session_id: session.id };
    return type === "message" ? whole : { ...payload, initial_message: whole };
  }

  #fresh(id: unknown): void {
    expect(this.#ids.has(id)).toBe(false);
    this.#ids.add(id);
  }
}
