import type { ContentPart, MessageContent, SessionEvent } from "@agentwire/models/session";
import pc from "picocolors";
import type { KnownEvent } from "../../session/event.js";
import { printable } from "../logger.js";
import { clockTime } from "./time.js";

/**
 * An event for people. Further lines of what somebody wrote are indented, so that none of them can pass for an event;
 * `withSession` where events of several sessions come together.
 */
export function eventLine(event: SessionEvent, { withSession }: { readonly withSession: boolean }): string {
  const known = event as KnownEvent;
  const head = [clockTime(known.created_at), ...(withSession ? [known.session_id] : []), `#${known.sequence}`];
  return `${pc.dim(plain(head.join(" ")))} ${plain(storyOf(known))}\n`;
}

function storyOf(event: KnownEvent): string {
  switch (event.type) {
    case "session.invited": {
      const { by, invitee, topic, initial_message: message } = event.payload;
      const about = topic === undefined ? "" : `, topic: ${topic}`;
      return `${by} invites ${invitee}${about}${message ? `; ${by}: ${contentText(message.content)}` : ""}`;
    }
    case "session.joined":
      return `${event.payload.agent} has joined`;
    case "session.disconnected":
      return `${event.payload.agent} has lost its connection`;
    case "session.reconnected":
      return `${event.payload.agent} is connected again`;
    case "session.left":
      return `${event.payload.agent} ${event.payload.reason === "grace_expired" ? "was away for too long and is out" : "has left"}`;
    case "session.message":
      return `${event.payload.sender}: ${contentText(event.payload.content)}`;
    case "session.ended":
      return event.payload.ended_by === undefined
        ? "the session has ended"
        : `${event.payload.ended_by} has ended the session`;
    case "session.reopened":
      return `${event.payload.reopened_by} has reopened the session`;
    default:
      return storyOfOther(event);
  }
}

/** Versions to come have events that this one does not know. */
function storyOfOther({ type, payload }: SessionEvent): string {
  return `${type} ${JSON.stringify(payload)}`;
}

/** The parts of a message, one after the other. */
export function contentText(content: MessageContent): string {
  return typeof content === "string" ? content : content.map(partText).join("\n");
}

function partText(part: ContentPart): string {
  const { type, text, name, url, data } = part as Readonly<Record<string, unknown>>;
  if (type === "text") return String(text);
  if (type === "data") return `[data] ${JSON.stringify(data)}`;
  const what = [name, url ?? (type === "image" ? "(in the message)" : undefined)].filter((one) => one !== undefined);
  if (type === "image" || type === "file") return `[${type}] ${what.join(" ")}`;
  return JSON.stringify(part);
}

function plain(text: string): string {
  return printable(text).replaceAll("\n", "\n    ");
}
