/** Every operation and channel of every contract, from the generated client to the generated server and back. */
import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import { SessionClient } from "@agentwire/client/session";
import type { Call, Client, ClientChannel, ItemStream } from "@agentwire/kit/client";
import { describe, expect, test } from "vitest";
import { ScriptedDaemon } from "./fixtures/daemon.js";
import { ScriptedRuntime } from "./fixtures/runtime.js";
import { AWKWARD, subjects } from "./fixtures/services.js";
import { ScriptedSession } from "./fixtures/session.js";
import { connections, credentials, schemeOf, subjectOf } from "./fixtures/subjects.js";

type Method = (request: unknown) => Call<unknown> & ItemStream<unknown> & ClientChannel<unknown, unknown>;

function invoke(client: Client, name: string, request: unknown) {
  return (client as unknown as Record<string, Method>)[name]?.(request) as ReturnType<Method>;
}

async function take<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) if (taken.push(item) === count) break;
  return taken;
}

describe.each(subjects.map((each) => [each.service.name, each] as const))("%s", (_, { service, trips, ...ends }) => {
  const rows = { ...service.operations, ...service.channels };

  test("has a trip for every operation and channel of its table, and for nothing else", () => {
    expect(Object.keys(trips).sort()).toEqual(Object.keys(rows).sort());
  });

  describe.each(connections)("%s", (_, connect) => {
    test.each(Object.keys(rows))("%s", async (name) => {
      const trip = trips[name];
      if (trip === undefined) throw new Error(`no trip for ${name}`);
      const server = ends.server();
      const client = ends.client({ ...(await connect(server)), auth: credentials(service) });
      const result = invoke(client, name, trip.request);

      if (trip.kind === "call") {
        const { status, body } = await result.withResponse();
        expect(body).toEqual(trip.body);
        expect(status).toBe(trip.status);
      } else if (trip.kind === "stream") {
        expect(await take(result, Number.POSITIVE_INFINITY)).toEqual(trip.items);
        expect((await result.response).status).toBe(200);
      } else {
        if (trip.sends !== undefined) await result.send(trip.sends);
        expect(await take(result, trip.messages.length)).toEqual(trip.messages);
      }

      const scheme = schemeOf(service, rows[name]);
      const subject = scheme === undefined ? undefined : subjectOf(scheme);
      const arrived = { operation: name, request: trip.arrives ?? trip.request ?? {}, subject };
      const builtin = trip.kind === "call" && trip.builtin === true;
      expect(server.arrivals.all).toEqual(builtin ? [] : [arrived]);
    });
  });
});

describe.each(connections)("%s", (_, connect) => {
  test.each([
    "a/b",
    "/",
    "//",
    "a:cancel",
    ":cancel",
    "result",
    "%",
    "%2F",
    "%zz",
    "ü",
    "日本 💬",
    "e\u0301",
    "@alice.test",
    "a b",
    " ",
    "a+b",
    "?x=1",
    "#x",
    "a;b,c=d",
    "~!*'()",
    "\\",
    "...",
    "a\u0000b",
    "\r\n",
    AWKWARD,
  ])("the id %j arrives as it is, wherever it stands in a path", async (id) => {
    const runtime = new ScriptedRuntime({ logger: false });
    const daemon = new ScriptedDaemon({ logger: false });
    const runtimeClient = new RuntimeClient(await connect(runtime));
    const daemonClient = new DaemonClient(await connect(daemon));
    const path = { run_id: id };
    expect((await runtimeClient.getRunStatus({ path })).run_id).toBe(id);
    expect((await runtimeClient.getRunResult({ path })).run_id).toBe(id);
    expect((await runtimeClient.cancelRun({ path })).state).toBe("canceled");
    expect(runtime.arrivals.last?.request).toEqual({ path });
    await daemonClient.deleteInstance({ path: { instance_id: id } });
    expect(daemon.arrivals.last).toMatchObject({ operation: "deleteInstance", request: { path: { instance_id: id } } });
    await daemonClient.listRuns({ query: { page_token: id } });
    expect(daemon.arrivals.last?.request).toEqual({ query: { page_token: id } });
  });

  test("pages are walked with the cursor of the one before: a text token, and a number from text", async () => {
    const daemon = new ScriptedDaemon({ logger: false });
    const runs: string[] = [];
    for await (const { run_id } of new DaemonClient(await connect(daemon)).listRuns({ query: { page_size: 2 } })) {
      runs.push(run_id);
    }
    expect(runs).toEqual(["run_1", "run_2", "run_3"]);
    expect(daemon.arrivals.all.map(({ request }) => request)).toEqual([
      { query: { page_size: 2 } },
      { query: { page_size: 2, page_token: "after run_2/ü&=" } },
    ]);

    const session = new ScriptedSession({ logger: false });
    const events: unknown[] = [];
    const path = { session_id: "sess_1" };
    for await (const event of new SessionClient(await connect(session)).listSessionEvents({ path })) {
      events.push(event["event_id"]);
    }
    expect(events).toEqual(["evt_1", "evt_2", "evt_3"]);
    expect(session.arrivals.last?.request).toEqual({ path, query: { after_sequence: 2 } });
  });

  test("an idempotency key that the caller leaves out is made up, and is another one for every call", async () => {
    const server = new ScriptedSession({ logger: false });
    const client = new SessionClient(await connect(server));
    await client.createSession({ body: {} });
    await client.createSession({ body: {} });
    const keys = server.arrivals.all.map(({ request }) => (request as { body: Record<string, string> }).body);
    expect(new Set(keys.map((body) => body["idempotency_key"])).size).toBe(2);
    for (const body of keys) expect(body).toEqual({ idempotency_key: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });
});

test("a path segment that URLs cannot carry is refused before it is sent", async () => {
  const server = new ScriptedRuntime({ logger: false });
  const [, connect] = connections[0];
  const client = new RuntimeClient(await connect(server));
  for (const run_id of ["", ".", ".."]) {
    await expect(client.getRunStatus({ path: { run_id } })).rejects.toMatchObject({
      name: "InvalidRequestError",
      violations: [{ pointer: "/path/run_id" }],
    });
  }
  expect(server.arrivals.all).toEqual([]);
});
