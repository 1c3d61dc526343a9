import { afterEach, expect, test } from "vitest";
import { openChannel } from "../../../kit/src/client/channel/index.js";
import {
  followRedirects,
  InvalidRequestError,
  InvalidResponseError,
  UnexpectedResponseError,
} from "../../../kit/src/client/index.js";
import { answer, bodyOf, Client, closeAll, failure, serve, service } from "./fixtures.js";

afterEach(closeAll);

test("a JSON call comes back typed, with its response on request, and is sent once", async () => {
  const { url, seen } = await serve((_, response) => answer(response, 200, { run_id: "r1", extra: 1 }, { "x-a": "b" }));
  const call = new Client(service, { baseUrl: `${url}/base/` }).call<{ run_id: string }>("getRun", {
    path: { run_id: "r1" },
  });
  expect(await call).toEqual({ run_id: "r1", extra: 1 });
  const { body, status, headers } = await call.withResponse();
  expect([body.run_id, status, headers.get("x-a")]).toEqual(["r1", 200, "b"]);
  expect(seen).toEqual(["GET /base/v1/runs/r1"]);
});

test("a body goes out as JSON, and the contract's accept with it", async () => {
  const { url } = await serve(async (request, response) => {
    const { accept, "content-type": type } = request.headers;
    answer(response, 200, { run_id: `${accept}|${type}|${await bodyOf(request)}` });
  });
  const call = new Client(service, { baseUrl: url }).call<{ run_id: string }>("createRun", {
    body: { run_id: "r", goal: "g" },
  });
  expect((await call).run_id).toBe(
    'application/json, application/problem+json|application/json|{"run_id":"r","goal":"g"}',
  );
});

test("an invalid request is refused with pointers, and nothing is sent", async () => {
  const { url, seen } = await serve((_, response) => answer(response, 200, {}));
  const error = await failure(new Client(service, { baseUrl: url }).call("createRun", { body: { goal: 1 } }));
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect((error as InvalidRequestError).violations[0]).toMatchObject({ pointer: "/body/goal", keyword: "type" });
  expect(seen).toEqual([]);
});

test("a wrong name of a header is a mistake in the call: told at once, nothing is sent", async () => {
  const { url, seen } = await serve((_, response) => answer(response, 200, {}));
  expect(() => new Client(service, { baseUrl: url, headers: { "a b": "c" } })).toThrow(InvalidRequestError);
  const call = new Client(service, { baseUrl: url }).call(
    "getRun",
    { path: { run_id: "r" } },
    { headers: { "": "c" } },
  );
  expect(await failure(call)).toBeInstanceOf(InvalidRequestError);
  expect(seen).toEqual([]);
});

test("validation can be switched off by direction, by client and by call", async () => {
  const { url } = await serve((_, response) => answer(response, 200, { nonsense: true }));
  const client = new Client(service, { baseUrl: url, validate: { responses: false } });
  expect(await client.call("getRun", { path: { run_id: "r" } })).toEqual({ nonsense: true });
  expect(await failure(client.call("createRun", { body: { goal: 1 } }))).toBeInstanceOf(InvalidRequestError);
  expect(await client.call("createRun", { body: { goal: 1 } }, { validate: false })).toEqual({ nonsense: true });
  expect(await failure(client.call("getRun", { path: { run_id: "r" } }, { validate: true }))).toBeInstanceOf(
    InvalidResponseError,
  );
});

test.each([
  ["a body that the schema refuses", 200, "application/json", "{}", /must have required property 'run_id'/],
  ["malformed JSON", 200, "application/json", "{", /malformed application\/json/],
  ["another media type", 200, "text/html; charset=utf-8", "<p>", /expected application\/json, got text\/html/],
  ["a body without a type", 200, "", "x", /got no content type/],
])("%s is an invalid response", async (_, status, type, body, message) => {
  const { url } = await serve((_, response) => {
    response.writeHead(status, type === "" ? {} : { "content-type": type }).end(body);
  });
  const error = await failure(new Client(service, { baseUrl: url }).call("getRun", { path: { run_id: "r" } }));
  expect(error).toBeInstanceOf(InvalidResponseError);
  expect((error as Error).message).toMatch(message);
});

test("a body beyond the limit is not read to its end", async () => {
  const { url } = await serve((_, response) => answer(response, 200, { run_id: "x".repeat(5000) }));
  const error = await failure(
    new Client(service, { baseUrl: url, maxResponseBytes: 1000 }).call("getRun", { path: { run_id: "r" } }),
  );
  expect(String(error)).toMatch(/more than 1000 bytes/);
});

test("204 is undefined; a success that the contract does not name is an error that says so", async () => {
  const { url } = await serve((_, response, count) =>
    answer(response, count === 1 ? 204 : 202, count === 1 ? undefined : {}),
  );
  const client = new Client(service, { baseUrl: url });
  expect(await client.call("cancelRun", { path: { run_id: "r" } })).toBeUndefined();
  const error = await failure(client.call("cancelRun", { path: { run_id: "r" } }));
  expect(error).toBeInstanceOf(UnexpectedResponseError);
  expect(String(error)).toMatch(/cancelRun: status 202 is not in the contract/);
});

test("redirects are errors; with the middleware that follows them they stay within the origin", async () => {
  const other = await serve((_, response) => answer(response, 200, { run_id: "stolen" }));
  const { url } = await serve((request, response) => {
    if (request.url === "/v1/runs/here") return answer(response, 302, undefined, { location: "/v1/runs/there" });
    if (request.url === "/v1/runs/away") return answer(response, 302, undefined, { location: `${other.url}/x` });
    if (request.url === "/v1/runs/loop") return answer(response, 302, undefined, { location: "/v1/runs/loop" });
    answer(response, 200, { run_id: "there" });
  });
  const get = (follow: boolean, run_id: string) =>
    new Client(service, { baseUrl: url, middleware: follow ? [followRedirects] : [] }).call("getRun", {
      path: { run_id },
    });
  expect(String(await failure(get(false, "here")))).toMatch(/redirected \(302\) to \/v1\/runs\/there/);
  expect(await get(true, "here")).toEqual({ run_id: "there" });
  expect(await failure(get(true, "away"))).toBeInstanceOf(UnexpectedResponseError);
  expect(await failure(get(true, "loop"))).toBeInstanceOf(UnexpectedResponseError);
  expect(other.seen).toEqual([]);
});

test("middleware wraps every attempt, the first outermost", async () => {
  const order: string[] = [];
  const { url } = await serve((request, response) =>
    answer(response, 200, { run_id: String(request.headers["x-trace"]) }),
  );
  const client = new Client(service, {
    baseUrl: url,
    middleware: [
      async (request, next) => {
        order.push("a");
        const response = await next(
          new Request(request, { headers: { ...Object.fromEntries(request.headers), "x-trace": "t" } }),
        );
        order.push("a end");
        return response;
      },
      (request, next) => {
        order.push("b");
        return next(request);
      },
    ],
  });
  expect(await client.call("getRun", { path: { run_id: "r" } })).toEqual({ run_id: "t" });
  expect(order).toEqual(["a", "b", "a end"]);
});

test("other body formats", async () => {
  const { url } = await serve(async (request, response) => {
    response
      .writeHead(200, { "content-type": "image/png" })
      .end(`${request.headers["content-type"]}|${await bodyOf(request)}`);
  });
  const client = new Client(service, { baseUrl: url });
  const upload = async (body: unknown, contentType?: string) =>
    new TextDecoder().decode(await client.call<Uint8Array>("upload", { body }, { contentType }));
  expect(await upload(new Uint8Array([65, 66]))).toBe("application/octet-stream|AB");
  expect(await upload(new Blob(["CD"]).stream())).toBe("application/octet-stream|CD");
  expect(await upload({ a: ["1", "2"], b: { c: 1 }, d: undefined }, "application/x-www-form-urlencoded")).toMatch(
    /\|a=1&a=2&b=%7B%22c%22%3A1%7D$/,
  );
  expect(await upload("héllo", "text/plain")).toBe("text/plain|héllo");
  const multipart = await upload({ file: new Blob(["x"]), meta: { k: 1 }, n: 5 }, "multipart/form-data");
  expect(multipart).toMatch(/^multipart\/form-data; boundary=/);
  expect(multipart).toMatch(/name="meta".*\r\nContent-Type: application\/json\r\n\r\n{"k":1}/);
  expect(await failure(client.call("upload", { body: "x" }, { contentType: "text/html" }))).toBeInstanceOf(TypeError);
});

test("a call that nobody waits for does not crash the process", async () => {
  void new Client(service, { baseUrl: "http://127.0.0.1:1", retries: 0 }).call("getRun", { path: { run_id: "r" } });
  await new Promise((resolve) => setTimeout(resolve, 50));
});

test("unknown names and unusable base URLs are programming errors", () => {
  const client = new Client(service);
  expect(() => client.call("constructor")).toThrow(TypeError);
  expect(() => openChannel(client, "__proto__")).toThrow(TypeError);
  expect(() => new Client(service, { baseUrl: "http://user:secret@host" })).toThrow(TypeError);
  expect(() => new Client(service, { baseUrl: "nowhere" })).toThrow(TypeError);
});
