import type { Stream } from "../operation.js";
import { own, valueAt } from "./members.js";

/** The text of one item in a sequential media type. */
export function frame(stream: Stream, item: unknown): string {
  switch (stream.framing) {
    case "ndjson":
      return `${JSON.stringify(item)}\n`;
    case "json-seq":
      return `\u001e${JSON.stringify(item)}\n`;
    case "sse":
      return stream.item === "event" ? wholeEvent(item) : dataEvent(stream, item);
  }
}

/** What a stream sends to show that it lives. JSON sequences have nothing that means nothing. */
export function heartbeat(stream: Stream): string {
  return stream.framing === "sse" ? ":\n\n" : stream.framing === "ndjson" ? "\n" : "";
}

function dataEvent(stream: Stream, item: unknown): string {
  const id = stream.id === undefined ? undefined : valueAt(item, stream.id);
  const event = stream.event === undefined ? undefined : valueAt(item, stream.event);
  return `${field("id", id)}${field("event", event)}data: ${JSON.stringify(item)}\n\n`;
}

/** An item that is the event itself; its `data` is text and may have several lines. */
function wholeEvent(item: unknown): string {
  const data = own(item, "data");
  const lines =
    data === undefined
      ? ""
      : String(data)
          .split(/\r\n|\r|\n/)
          .map((line) => `data: ${line}\n`)
          .join("");
  return `${field("id", own(item, "id"))}${field("event", own(item, "event"))}${field("retry", own(item, "retry"))}${lines}\n`;
}

/** A field of one line. A value with a line break or NUL could forge other fields, so it is left out. */
function field(name: string, value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  const text = String(value);
  return /[\r\n\0]/.test(text) ? "" : `${name}: ${text}\n`;
}
