import { type Event, type StreamsClient, StreamsServer } from "./expected/index.js";

export async function last(client: StreamsClient): Promise<Event | undefined> {
  let event: Event | undefined;
  for await (const next of client.streamEvents({ path: { id: "r" } })) event = next;
  const list: Event[] = await client.log();
  for await (const next of client.logStream()) event = next;
  for await (const { data } of client.raw()) console.log(data satisfies string | undefined);
  return event ?? list[0];
}

export class Service extends StreamsServer {
  async *streamEvents() {
    yield { seq: 1, type: "final" as const };
  }
  log() {
    return [];
  }
  async *raw() {
    yield { event: "tick", data: "1" };
  }
}

// @ts-expect-error An abstract method is missing.
export class Unfinished extends StreamsServer {
  async *streamEvents() {
    yield { seq: 1, type: "final" as const };
  }
}

export abstract class Wrong extends StreamsServer {
  // @ts-expect-error The stream yields events, not texts.
  async *streamEvents() {
    yield "final";
  }
  log() {
    return [];
  }
}
