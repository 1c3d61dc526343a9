/** A made-up service with everything that the pipeline can meet. */
import type { ServiceDescription } from "../../../kit/src/index.js";
import { Problem, type RequestContext, reply, Server, type ServerChannel } from "../../../kit/src/server/index.js";
import { schema } from "../schema.js";

export { schema };

const closed = (properties: object, required: string[] = []) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const text = { type: "string" };
const run = closed({ run_id: text, state: { enum: ["queued", "running", "canceled"] } }, ["run_id", "state"]);
const event = closed({ seq: { type: "integer" }, text }, ["seq"]);
const json = (definition?: object) => [
  { type: "application/json", format: "json", ...(definition ? { schema: schema("", definition) } : {}) } as const,
];
const runId = { name: "run_id", in: "path", required: true, type: "string" } as const;
const pathOnly = schema("Path", closed({ path: closed({ run_id: text }, ["run_id"]), body: true }, ["path"]));
const ok = (definition: object) => ({ 200: { content: json(definition) } });

export const service: ServiceDescription = {
  name: "sample",
  title: "Sample",
  version: "v1",
  securitySchemes: { Jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT", query: "token" } },
  security: [{ Jwt: [] }],
  errors: {
    media: "application/json",
    code: "/error/code",
    message: "/error/message",
    details: "/error/details",
    retryable: "/error/retryable",
    codes: { conflict: { code: "run.conflict" } },
  },
  builtin: {
    health: { operation: "health", members: { status: "/status", time: "/time" } },
    version: { operation: "version", members: { service: "/service_name", api_versions: "/supported_api_versions" } },
  },
  operations: {
    health: { name: "health", id: "health", method: "GET", path: "/v1/health", security: [], responses: ok({}) },
    version: { name: "version", id: "version", method: "GET", path: "/v1/version", security: [], responses: ok({}) },
    createRun: {
      name: "createRun",
      id: "create_run",
      method: "POST",
      path: "/v1/runs",
      body: { required: true, content: json() },
      request: schema("Create", closed({ body: closed({ goal: text, run_id: text }, ["goal"]) }, ["body"])),
      responses: {
        200: { content: json(run) },
        201: { content: json(run), headers: { Location: { type: "string" } } },
      },
    },
    listRuns: {
      name: "listRuns",
      id: "list_runs",
      method: "GET",
      path: "/v1/runs",
      parameters: [
        { name: "page_size", in: "query", type: "integer" },
        { name: "tags", in: "query", type: "array" },
        { name: "X-Trace", in: "header", type: "boolean" },
      ],
      request: schema(
        "List",
        closed({
          query: closed({ page_size: { type: "integer", maximum: 10 }, tags: { type: "array", items: text } }),
          header: closed({ "X-Trace": { type: "boolean" } }),
        }),
      ),
      responses: ok({}),
    },
    getRun: {
      name: "getRun",
      id: "get_run",
      method: "GET",
      path: "/v1/runs/{run_id}",
      parameters: [runId],
      request: pathOnly,
      responses: ok(run),
    },
    deleteRun: {
      name: "deleteRun",
      id: "delete_run",
      method: "DELETE",
      path: "/v1/runs/{run_id}",
      parameters: [runId],
      request: pathOnly,
      responses: { 204: {} },
    },
    cancelRun: {
      name: "cancelRun",
      id: "cancel_run",
      method: "POST",
      path: "/v1/runs/{run_id}:cancel",
      parameters: [runId],
      request: pathOnly,
      responses: ok(run),
    },
    registerInstance: {
      name: "registerInstance",
      id: "register",
      method: "POST",
      path: "/v1/instances:register",
      body: { content: json() },
      responses: ok({}),
    },
    streamRunEvents: {
      name: "streamRunEvents",
      id: "stream_run_events",
      method: "GET",
      path: "/v1/runs/{run_id}/events",
      parameters: [runId, { name: "Last-Event-ID", in: "header", type: "integer" }],
      responses: {
        200: {
          content: [
            {
              type: "text/event-stream",
              format: "stream",
              schema: schema("Event", event),
              stream: { framing: "sse", id: "/seq", resume: "Last-Event-ID", heartbeat: 0.1 },
            },
            {
              type: "application/x-ndjson",
              format: "stream",
              schema: schema("Event", event),
              stream: { framing: "ndjson", heartbeat: 0.1 },
            },
          ],
        },
      },
    },
    upload: {
      name: "upload",
      id: "upload",
      method: "POST",
      path: "/v1/upload",
      body: {
        content: [
          { type: "text/plain", format: "text" },
          { type: "application/x-www-form-urlencoded", format: "form" },
          { type: "multipart/form-data", format: "multipart" },
          { type: "application/octet-stream", format: "binary" },
        ],
      },
      responses: ok({}),
    },
    misbehave: {
      name: "misbehave",
      id: "misbehave",
      method: "GET",
      path: "/v1/misbehave/{how}",
      parameters: [{ ...runId, name: "how" }],
      responses: ok(run),
    },
    later: { name: "later", id: "later", method: "GET", path: "/v1/later", optional: true, responses: ok({}) },
  },
  channels: {
    connect: {
      name: "connect",
      id: "connect",
      path: "/v1/connect",
      receive: schema("Down", closed({ text }, ["text"])),
      send: schema("Up", closed({ say: text }, ["say"])),
      heartbeat: { interval: 30, ping: { type: "ping" }, pong: { type: "pong" } },
      unknown: "ignore",
    },
  },
};

interface Contents {
  path: Record<string, string>;
  query: Record<string, unknown>;
  header: Record<string, unknown>;
  body: unknown;
}

export class SampleServer extends Server {
  /** Items that a stream has been asked for, and streams that have been told to stop. */
  pulled = 0;
  released = 0;
  aborted = 0;

  constructor(options: ConstructorParameters<typeof Server>[1] = {}, description: ServiceDescription = service) {
    super(description, options);
  }

  async createRun({ body }: Contents) {
    const { goal, run_id } = body as { goal: string; run_id?: string };
    if (goal === "conflict") throw new Problem("conflict", "There is such a run.", { details: { run_id } });
    const made = { run_id: run_id ?? "run_1", state: "queued" };
    return goal === "location" ? reply(201, made, { Location: "/v1/runs/run_1" }) : made;
  }

  async listRuns({ query, header }: Contents) {
    return { query, header };
  }

  async getRun({ path }: Contents) {
    return { run_id: path["run_id"], state: "running" };
  }

  async deleteRun() {}

  async cancelRun({ path, body }: Contents) {
    if (body !== undefined) throw new Error("an undeclared body must not arrive");
    return { run_id: path["run_id"], state: "canceled" };
  }

  async registerInstance({ body }: Contents) {
    return { body: body ?? null, own: Object.keys((body as object) ?? {}) };
  }

  async *streamRunEvents({ path, header }: Contents, context: RequestContext) {
    context.signal.addEventListener("abort", () => (this.aborted += 1));
    try {
      const kind = path["run_id"];
      if (kind === "missing") throw new Problem("not_found");
      const start = ((header["Last-Event-ID"] as number | undefined) ?? -1) + 1;
      for (let seq = start; kind !== "three" || seq < 3; seq += 1) {
        this.pulled += 1;
        if (kind === "bad" && seq === 2) yield { seq: "two" };
        if (kind === "quiet") await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        if (context.signal.aborted) return;
        yield kind === "big" ? { seq, text: "x".repeat(64 * 1024) } : { seq };
      }
    } finally {
      this.released += 1;
    }
  }

  async upload({ body }: Contents) {
    if (body instanceof Uint8Array) return { bytes: [...body] };
    if (typeof body !== "object" || body === null) return { body: body ?? null };
    const entries = Object.entries(body).map(async ([name, part]) => [
      name,
      part instanceof File ? await part.text() : part,
    ]);
    return { body: Object.fromEntries(await Promise.all(entries)) };
  }

  async misbehave({ path }: Contents) {
    if (path["how"] === "crash") throw new Error("secret detail");
    if (path["how"] === "status") return reply(299, {});
    return { run_id: 7, secret: "secret detail" };
  }

  async connect(
    _request: Contents,
    channel: ServerChannel<{ say: string }, { text: string }>,
    context: RequestContext,
  ) {
    await channel.send({ text: `hello ${context.principal?.subject ?? "nobody"}` });
    for await (const { say } of channel) {
      if (say === "bye") return;
      if (say === "crash") throw new Error("secret detail");
      await channel.send({ text: say });
    }
  }
}
