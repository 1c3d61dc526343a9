import type { Change } from "../storage.js";

/**
 * Changes as they go to the thread of the databases and into the journal, in one text: a line that says what is done, as
 * a JSON list, and a line with the event or document, which is empty where there is none. JSON has no line ends of its own.
 */
export interface EncodedChange {
  readonly text: string;
  /** What it costs to settle it, in rows. */
  readonly weight: number;
}

/** What is done: with which stream or collection, and there with which event or document. */
export type Head =
  | readonly [kind: "append", stream: string, seq: number]
  | readonly [kind: "truncate", stream: string, before: number]
  | readonly [kind: "put" | "remove", collection: string, id: string, label?: string | null, owner?: string | null];

/** A truncation may remove many rows. */
const TRUNCATION_WEIGHT = 64;

export function encode({ append, put, remove, truncate }: Change): EncodedChange {
  let text = "";
  let weight = 0;
  const add = (head: string, body = ""): void => {
    text += `${head}\n${body}\n`;
    weight += 1;
  };
  if (append) {
    for (const { stream, seq, event } of append)
      add(`["append",${JSON.stringify(stream)},${seq}]`, JSON.stringify(event));
  }
  if (put) {
    for (const { collection, id, label = null, owner = null, body } of put)
      add(JSON.stringify(["put", collection, id, label, owner] satisfies Head), JSON.stringify(body));
  }
  for (const { collection, id } of remove ?? []) add(JSON.stringify(["remove", collection, id] satisfies Head));
  for (const { stream, before } of truncate ?? []) {
    add(JSON.stringify(["truncate", stream, before] satisfies Head));
    weight += TRUNCATION_WEIGHT;
  }
  return { text, weight };
}

/** Calls back with each change of a text, in their order. */
export function decode(text: string, change: (head: Head, body: string) => void): void {
  const lines = text.split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) change(JSON.parse(lines[at] ?? "") as Head, lines[at + 1] ?? "");
}
