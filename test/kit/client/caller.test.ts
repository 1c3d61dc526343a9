import { afterEach, expect, test } from "vitest";
import {
  ApiError,
  authentication,
  bearer,
  type CallRow,
  ConnectionError,
  createCaller,
  InvalidRequestError,
  media,
  NotFoundError,
  type PagedRow,
  paginate,
  retries,
  type StreamRow,
  styles,
} from "../../../kit/src/client/index.js";
import { stream } from "../../../kit/src/client/stream/index.js";
import { answer, bodyOf, closeAll, failure, serve, service } from "./fixtures.js";

afterEach(closeAll);

/** A row as a `calls` module has it; its types are the compiler's alone. */
const row = <Row>(fields: Omit<Row, "types">): Row => fields as Row;

interface Run {
  readonly run_id: string;
}
type RunPath = { readonly path: { readonly run_id: string } };
const getRun = row<CallRow<RunPath, Run>>({
  name: "getRun",
  method: "GET",
  path: "/v1/runs/{run_id}",
  retry: "always",
});

test("without parts it sends and reads JSON, and says what came", async () => {
  const { url, seen } = await serve(async (request, response) =>
    answer(response, 201, { run_id: `${request.headers.accept}|${request.headers["x-a"]}|${await bodyOf(request)}` }),
  );
  const create = row<CallRow<{ body: { goal: string }; query: { tag: string[] } }, Run>>({
    name: "createRun",
    method: "POST",
    path: "/v1/runs",
  });
  const call = createCaller({ baseUrl: `${url}/base/`, headers: { "X-A": "a" } });
  const { body, status, headers } = await call(create, { body: { goal: "g" }, query: { tag: ["a b", "c&d"] } });
  expect(body.run_id).toBe('application/json|a|{"goal":"g"}');
  expect([status, headers.get("content-type")]).toEqual([201, "application/json"]);
  expect(seen).toEqual(["POST /base/v1/runs?tag=a%20b&tag=c%26d"]);
});

test("nothing is undefined; an error has status and body; what is no JSON is said", async () => {
  const answers: [number, string][] = [
    [204, ""],
    [404, '{"error":{"code":"not_found"}}'],
    [502, "<html>"],
    [200, "<html>"],
    [302, ""],
  ];
  const { url } = await serve((_, response, count) => {
    const [status, text] = answers[count - 1] ?? [500, ""];
    response.writeHead(status).end(text);
  });
  const call = createCaller({ baseUrl: url });
  const get = () => call(getRun, { path: { run_id: "r" } });
  expect((await get()).body).toBeUndefined();
  const notFound = await failure(get());
  expect(notFound).toBeInstanceOf(ApiError);
  expect(notFound).toMatchObject({ status: 404, body: { error: { code: "not_found" } }, operation: "getRun" });
  expect(await failure(get())).toMatchObject({ status: 502, body: "<html>" });
  expect(await failure(get())).toBeInstanceOf(SyntaxError);
  expect(await failure(get())).toMatchObject({ status: 302 });
});

test.each([".", "..", "", undefined])("the id %j is refused before anything is sent", async (run_id) => {
  const { url, seen } = await serve((_, response) => answer(response, 200, {}));
  const error = await failure(createCaller({ baseUrl: url })(getRun, { path: { run_id: run_id as string } }));
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect((error as InvalidRequestError).violations[0]?.pointer).toBe("/path/run_id");
  expect(seen).toEqual([]);
});

test("retries and credentials come with their parts, in any order", async () => {
  const { url, seen } = await serve((request, response, count) => {
    if (request.headers.authorization !== "Bearer new") return answer(response, 401, {});
    if (count < 4) return answer(response, 503, {}, { "retry-after": "0" });
    answer(response, 200, { run_id: "r" });
  });
  const auth = authentication(bearer(({ rejected }) => (rejected === undefined ? "old" : "new")));
  const call = createCaller({ baseUrl: url, service }, retries({ retries: 3 }), auth);
  expect((await call(getRun, { path: { run_id: "r" } }, { timeoutMs: 5000 })).body).toEqual({ run_id: "r" });
  expect(seen.length).toBe(4);
  const nowhere = createCaller({ baseUrl: "http://127.0.0.1:1" }, retries());
  expect(await failure(nowhere(getRun, { path: { run_id: "r" } }, { retries: 0 }))).toBeInstanceOf(ConnectionError);
  const strange = createCaller({ baseUrl: url }, auth);
  expect(String(await failure(strange(getRun, { path: { run_id: "r" } })))).toMatch(/needs the option `service`/);
});

test("a row brings the parts that it needs: styles, media types, classes of errors, typed headers", async () => {
  const { url, seen } = await serve((request, response) => {
    if (request.url?.includes("missing")) return answer(response, 404, { error: { code: "no", message: "Not here" } });
    response.writeHead(200, { "content-type": "text/plain", "X-Left": "3", "X-Odd": "x" }).end("text");
  });
  type Header = { "X-Left"?: number; "X-Odd"?: number };
  const find = row<CallRow<{ query: { filter: object } }, string, Header>>({
    name: "find",
    method: "GET",
    path: "/find",
    parameters: [{ name: "filter", in: "query", type: "object", style: "deepObject" }],
    responses: {
      200: {
        content: [{ type: "text/plain", format: "text" }],
        headers: { "X-Left": { type: "integer" }, "X-Odd": { type: "integer" } },
      },
    },
    parts: [styles, media],
  });
  const call = createCaller({ baseUrl: url, service });
  const { body, header } = await call(find, { query: { filter: { a: 1 } } });
  expect(body).toBe("text");
  expect(header).toEqual({ "X-Left": 3 });
  expect(seen).toEqual(["GET /find?filter[a]=1"]);
  const error = await failure(call(find, { query: { filter: { missing: "" } } }));
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({ code: "no", message: "Not here" });
});

test("pages and streams by their rows", async () => {
  const { url } = await serve((request, response) => {
    if (request.url?.startsWith("/events")) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      return void response.end('data: {"seq":1}\n\ndata: {"seq":2}\n\n');
    }
    answer(response, 200, request.url?.includes("token") ? { runs: [3] } : { runs: [1, 2], next: "x" });
  });
  const list = row<PagedRow<undefined, { runs: number[] }, number>>({
    name: "listRuns",
    method: "GET",
    path: "/runs",
    pagination: { items: "/runs", next: "/next", cursor: { name: "token", type: "string" } },
  });
  const call = createCaller({ baseUrl: url });
  const runs: number[] = [];
  for await (const run of paginate(call, list)) runs.push(run);
  expect(runs).toEqual([1, 2, 3]);
  const events = row<StreamRow<undefined, { seq: number }>>({
    name: "events",
    method: "GET",
    path: "/events",
    responses: {
      200: { content: [{ type: "text/event-stream", format: "stream", stream: { framing: "sse", item: "data" } }] },
    },
    parts: [media],
  });
  const seqs: number[] = [];
  for await (const { seq } of stream(call, events)) seqs.push(seq);
  expect(seqs).toEqual([1, 2]);
});
