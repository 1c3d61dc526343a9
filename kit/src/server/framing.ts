import type { Stream } from "../operation.js";
import { JsonWriter } from "./json-text.js";
import { own, readerAt } from "./members.js";

/** How the items of a stream become text, worked out once for all of them. */
export function framer(stream: Stream): (item: unknown) => string {
  const json = new JsonWriter();
  switch (stream.framing) {
    case "ndjson":
      return (item) => `${json.write(item)}\n`;
    case "json-seq":
      return (item) => `\u001e${json.write(item)}\n`;
    case "sse":
      return stream.item === "event" ? wholeEvent : dataEvent(stream, json);
  }
}

/** What a stream sends to show that it lives. JSON sequences have nothing that means nothing. */
export function heartbeat(stream: Stream): string {
  return stream.framing === "sse" ? ":\n\n" : stream.framing === "ndjson" ? "\n" : "";
}

function dataEvent({ id, event }: Stream, json: JsonWriter): (item: unknown) => string {
  const idOf = id === undefined ? undefined : readerAt(id);
  const eventOf = event === undefined ? undefined : readerAt(event);
  return (item) => {
    const fields = (idOf ? field("id", idOf(item)) : "") + (eventOf ? field("event", eventOf(item)) : "");
    return `${fields}data: ${json.write(item)}\n\n`;
  };
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
  if (typeof value === "number") return `${name}: ${value}\n`;
  return typeof value === "string" && !/[\r\n\0]/.test(value) ? `${name}: ${value}\n` : "";
}
