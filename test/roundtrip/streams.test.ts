/** The runtime's events, from the generator on the server to the loop on the client. */
import { RuntimeClient } from "@agentwire/client/runtime";
import type { Operation, ServiceDescription } from "@agentwire/kit";
import { type ApiError, Client, ConnectionError, NotFoundError, ServerError } from "@agentwire/kit/client";
import { stream } from "@agentwire/kit/client/stream";
import { Problem, Server } from "@agentwire/kit/server";
import { type RunEvent, type StreamRunEventsRequest, service } from "@agentwire/models/runtime";
import { describe, expect, test } from "vitest";
import { collect, failure, gate, settled, until } from "../waiting.js";
import { errorOf, send } from "./fixtures/raw.js";
import { eventOf, eventsOf, resumedAfter, ScriptedRuntime } from "./fixtures/runtime.js";
import { connections, listening } from "./fixtures/subjects.js";

const FRAMINGS = ["text/event-stream", "application/x-ndjson"] as const;
const path = { run_id: "run/1" };
const quiet = { logger: false } as const;

/** The position that each connection asked to go on after. */
const resumes = (server: ScriptedRuntime) =>
  server.arrivals.all.map(({ request }) => resumedAfter(request as StreamRunEventsRequest));

describe.each(connections)("%s", (_, connect) => {
  describe.each(FRAMINGS)("%s", (accept) => {
    test("every event once, in order, and then the end", async () => {
      const server = new ScriptedRuntime(quiet, () => eventsOf(path.run_id, 0, 50));
      const stream = new RuntimeClient(await connect(server)).streamRunEvents({ path }, { accept });
      const { status, headers } = await stream.response;
      expect([status, headers.get("content-type")]).toEqual([200, accept]);
      expect(await collect(stream)).toEqual(await collect(eventsOf(path.run_id, 0, 50)));
      expect(resumes(server)).toEqual([undefined]);
    });

    test("after a cut the client goes on behind the last event it has seen, without a gap or a repeat", async () => {
      const server = new ScriptedRuntime(quiet, async function* (request) {
        const start = Number(resumedAfter(request) ?? -1) + 1;
        // A server may repeat what a client has; three events a connection, and then the line is dead.
        for (let seq = Math.max(0, start - 1); seq < 8; seq++) {
          if (seq === start + 3) throw new Error("cut");
          yield eventOf(path.run_id, seq, seq === 7 ? "final" : "token");
        }
      });
      const client = new RuntimeClient(await connect(server));
      const events = await collect(client.streamRunEvents({ path }, { accept, backoffMs: 1 }));
      expect(events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(resumes(server)).toEqual([undefined, "2", "5"]);
    });

    test("an end without a last event is a cut too", async () => {
      const server = new ScriptedRuntime(quiet, async function* (request) {
        if (resumedAfter(request) === undefined) yield eventOf(path.run_id, 0);
        else yield eventOf(path.run_id, 1, "error");
      });
      const client = new RuntimeClient(await connect(server));
      const events = await collect(client.streamRunEvents({ path }, { accept, backoffMs: 1 }));
      expect(events.map(({ type }) => type)).toEqual(["token", "error"]);
      expect(resumes(server)).toEqual([undefined, "0"]);
    });

    test("a caller may go on where another run of the program stopped", async () => {
      const server = new ScriptedRuntime(quiet, (request) => eventsOf(path.run_id, Number(resumedAfter(request)) + 1));
      const client = new RuntimeClient(await connect(server));
      const events = await collect(client.streamRunEvents({ path }, { accept, after: "1" }));
      expect(events.map(({ seq }) => seq)).toEqual([2]);
      expect(resumes(server)).toEqual(["1"]);
    });

    test("break stops the server's generator, be it busy or waiting", async () => {
      for (const waits of [false, true]) {
        const stopped = gate();
        const server = new ScriptedRuntime(quiet, async function* (_, { signal }) {
          try {
            for (let seq = 0; ; seq++) {
              yield eventOf(path.run_id, seq);
              await new Promise((resolve) => {
                if (waits) signal.addEventListener("abort", resolve, { once: true });
                else setImmediate(resolve);
              });
            }
          } finally {
            stopped.open();
          }
        });
        const client = new RuntimeClient(await connect(server));
        for await (const { seq } of client.streamRunEvents({ path }, { accept })) if (seq === (waits ? 0 : 5)) break;
        await stopped.opened;
        expect(server.arrivals.all).toHaveLength(1);
      }
    });

    test("a slow reader slows the server's generator down, and still gets everything", async () => {
      const COUNT = 600;
      const text = "x".repeat(64 * 1024);
      let pulled = 0;
      const server = new ScriptedRuntime(quiet, async function* () {
        for (; pulled < COUNT; pulled++) {
          yield { ...eventOf(path.run_id, pulled, pulled === COUNT - 1 ? "final" : "token"), data: { text } };
        }
      });
      const stream = new RuntimeClient(await connect(server)).streamRunEvents({ path }, { accept });
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      // What the kernel and both ends buffer is some megabytes; all of it would be 38.
      expect(await settled(() => pulled)).toBeLessThan(COUNT / 2);
      let last: RunEvent | undefined;
      for (let count = 1; count < COUNT; count++) last = (await iterator.next()).value as RunEvent;
      expect(last).toMatchObject({ seq: COUNT - 1, type: "final" });
      expect((await iterator.next()).done).toBe(true);
    });

    test("a problem before the first event is an ordinary error, and is not tried again", async () => {
      const server = new ScriptedRuntime(quiet, async function* () {
        await Promise.resolve();
        if (path.run_id !== "") throw new Problem("not_found", "No such run.", { details: { run_id: path.run_id } });
        yield eventOf(path.run_id, 0);
      });
      const stream = new RuntimeClient(await connect(server)).streamRunEvents({ path }, { accept, backoffMs: 1 });
      const error = await failure(collect(stream));
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ status: 404, code: "not_found", message: "No such run.", details: path });
      expect(await failure(stream.response)).toBe(error);
      expect(server.arrivals.all).toHaveLength(1);
    });

    test("an event that breaks the contract never leaves the server, and the client learns that more was to come", async () => {
      const bad = { ...eventOf(path.run_id, 1), type: "hunter2" } as unknown as RunEvent;
      const server = new ScriptedRuntime(quiet, async function* () {
        yield eventOf(path.run_id, 0);
        yield bad;
        yield eventOf(path.run_id, 2, "final");
      });
      const seen: number[] = [];
      const client = new RuntimeClient(await connect(server));
      const error = await failure(
        (async () => {
          for await (const { seq } of client.streamRunEvents({ path }, { accept, retries: 0 })) seen.push(seq);
        })(),
      );
      expect(seen).toEqual([0]);
      expect(error).toBeInstanceOf(ConnectionError);
    });

    test("a first event that breaks the contract is 500", async () => {
      const server = new ScriptedRuntime(quiet, async function* () {
        yield { seq: "hunter2" } as unknown as RunEvent;
      });
      const client = new RuntimeClient(await connect(server));
      const error = await failure(collect(client.streamRunEvents({ path }, { accept, retries: 0 })));
      expect(error).toBeInstanceOf(ServerError);
      expect(error).toMatchObject({ status: 500, code: "internal_error" });
      expect(JSON.stringify((error as ApiError).body)).not.toContain("hunter2");
    });
  });
});

describe("on the wire", () => {
  test("an event of SSE is its seq as id and one line of data", async () => {
    const url = await listening(new ScriptedRuntime(quiet));
    const { text, headers } = await send(url, "/v1/runs/r/events");
    const events = [eventOf("r", 0), eventOf("r", 1), eventOf("r", 2, "final")];
    expect(text).toBe(events.map((each) => `id: ${each.seq}\ndata: ${JSON.stringify(each)}\n\n`).join(""));
    expect(headers).toMatchObject({ "cache-control": "no-cache", "x-accel-buffering": "no" });
  });

  test("an event of NDJSON is one line", async () => {
    const url = await listening(new ScriptedRuntime(quiet));
    const { text } = await send(url, "/v1/runs/r/events", { headers: { accept: "application/x-ndjson" } });
    expect(text.split("\n").map((line) => line && (JSON.parse(line) as RunEvent).seq)).toEqual([0, 1, 2, ""]);
  });

  test("an error before the first event is JSON in the envelope, whatever stream was asked for", async () => {
    const server = new ScriptedRuntime(quiet, () => {
      throw new Problem("not_found");
    });
    const url = await listening(server);
    for (const accept of [...FRAMINGS, "*/*"]) {
      const refused = await send(url, "/v1/runs/r/events", { headers: { accept } });
      expect(await errorOf(service.errors, refused)).toEqual([404, "not_found"]);
    }
  });
});

describe("a silent stream", () => {
  const HEARTBEAT_SECONDS = 0.02;

  /** The contract's table with a heartbeat that a test can wait for. */
  const restless: ServiceDescription = {
    ...service,
    operations: Object.fromEntries(Object.entries(service.operations).map(([name, row]) => [name, quicker(row)])),
  };

  function quicker(row: Operation): Operation {
    const responses = Object.entries(row.responses).map(([status, response]) => {
      const content = response.content?.map((media) =>
        media.stream === undefined ? media : { ...media, stream: { ...media.stream, heartbeat: HEARTBEAT_SECONDS } },
      );
      return [status, content === undefined ? response : { ...response, content }];
    });
    return { ...row, responses: Object.fromEntries(responses) };
  }

  /** Sends nothing until it is woken, then one event, which is the last. */
  class Silent extends Server {
    readonly woken = gate();

    constructor() {
      super(restless, quiet);
    }

    async *streamRunEvents(): AsyncGenerator<RunEvent> {
      await this.woken.opened;
      yield eventOf("r", 0, "final");
    }
  }

  test("the contract's own is below the ten seconds after which proxies hang up", () => {
    const content = service.operations["streamRunEvents"]?.responses["200"]?.content ?? [];
    expect(content.map(({ type, stream }) => [type, stream?.heartbeat])).toEqual(FRAMINGS.map((type) => [type, 8]));
  });

  test.each([
    ["text/event-stream", ":\n\n"],
    ["application/x-ndjson", "\n"],
  ])("%s says %j again and again, and goes on with the event", async (accept, sign) => {
    const server = new Silent();
    const response = await fetch(`${await listening(server)}/v1/runs/r/events`, { headers: { accept } });
    expect(response.status).toBe(200);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      text += part.value;
      if (text === sign.repeat(3)) server.woken.open();
    }
    expect(text.startsWith(sign.repeat(3))).toBe(true);
    expect(text.trimStart().replace(/^(:\n\n)+/, "")).toContain(JSON.stringify(eventOf("r", 0, "final")));
  });

  test.each(connections)("%s, the client takes signs of life for what they are", async (_, connect) => {
    for (const accept of FRAMINGS) {
      const server = new Silent();
      const client = new Client(restless, await connect(server));
      const events = stream<RunEvent>(client, "streamRunEvents", { path }, { accept, retries: 0 });
      // Longer than three heartbeats, after which a client without them would give up.
      setTimeout(server.woken.open, HEARTBEAT_SECONDS * 1000 * 10);
      expect(await collect(events)).toEqual([eventOf("r", 0, "final")]);
    }
  });

  test.each(connections)("%s, a client gives up on a connection that shows none", async (_, connect) => {
    const server = new Silent();
    const muted = new ScriptedRuntime(quiet, () => server.streamRunEvents());
    const client = new Client(restless, await connect(muted));
    const error = await failure(collect(stream(client, "streamRunEvents", { path }, { retries: 1, backoffMs: 1 })));
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain("silent");
    await until(() => muted.arrivals.all.length === 2);
    server.woken.open();
  });
});
