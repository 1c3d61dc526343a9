import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settled } from "../../waiting.js";
import { type Host, hosts, type Received } from "./hosts.js";
import { SampleServer } from "./service.js";

const JSON_TYPE = { "content-type": "application/json" };
const post = (body: string, headers: Record<string, string> = JSON_TYPE) => ({ method: "POST", headers, body });
const codeOf = ({ text }: Received): string => (JSON.parse(text) as { error: { code: string } }).error.code;

describe.each(Object.entries(hosts))("the pipeline on %s", (name, start) => {
  let host: Host;
  const server = new SampleServer({ limits: { body: 4096 }, cors: { origins: ["https://app.example"] } });

  beforeAll(async () => {
    host = await start(server);
  });
  afterAll(async () => {
    await host.stop();
  });

  async function expectProblem(received: Received, status: number, code: string): Promise<void> {
    expect([received.status, codeOf(received)]).toEqual([status, code]);
    expect(received.headers["content-type"]).toBe("application/json");
    expect(received.headers["x-request-id"]).toBeTruthy();
    expect(received.text).not.toContain("secret");
  }

  it("answers a valid request", async () => {
    const received = await host.send(
      "/v1/runs",
      post('{"goal":"x","run_id":"r"}', { ...JSON_TYPE, "x-request-id": "id-1" }),
    );
    expect(received.status).toBe(200);
    expect(JSON.parse(received.text)).toEqual({ run_id: "r", state: "queued" });
    expect(received.headers["x-request-id"]).toBe("id-1");
  });

  it("replies with a status and headers of its own", async () => {
    const received = await host.send("/v1/runs", post('{"goal":"location"}'));
    expect([received.status, received.headers["location"]]).toEqual([201, "/v1/runs/run_1"]);
  });

  it.each([
    ["GET", "/v1/runs/a:b", "a:b", "running"],
    ["GET", "/v1/runs/a%2Fb%3Ac", "a/b:c", "running"],
    ["GET", "/v1/runs/x:cancel", "x:cancel", "running"],
    ["GET", "/v1/runs/%F0%9F%A6%8A%25", "🦊%", "running"],
    ["GET", "/v1/runs/__proto__", "__proto__", "running"],
    ["POST", "/v1/runs/x:cancel", "x", "canceled"],
    ["POST", "/v1/runs/x:y:cancel", "x:y", "canceled"],
    ["POST", "/v1/runs/a%2Fb%3Acancel:cancel", "a/b:cancel", "canceled"],
  ])("routes %s %s", async (method, target, run_id, state) => {
    const received = await host.send(target, { method });
    expect(JSON.parse(received.text)).toEqual({ run_id, state });
  });

  it("routes an id of 8 KiB", async () => {
    const id = "i".repeat(8192);
    expect(JSON.parse((await host.send(`/v1/runs/${id}`)).text)).toMatchObject({ run_id: id });
  });

  it.each([
    ["GET", "/v1/nothing", 404, "route_not_found"],
    ["GET", "/v1/runs/", 404, "route_not_found"],
    ["GET", "//v1/runs", 404, "route_not_found"],
    ["GET", "/v1/health/", 404, "route_not_found"],
    ["GET", "/v1/runs/a/events/b", 404, "route_not_found"],
    ["PUT", "/v1/runs", 405, "method_not_allowed"],
    ["POST", "/v1/runs/:cancel", 405, "method_not_allowed"],
    ["GET", "/v1/instances:register", 405, "method_not_allowed"],
    ["GET", "/v1/runs/%zz", 400, "invalid_request"],
    ["GET", "/v1/runs/%C3%28", 400, "invalid_request"],
    ["GET", "/v1/later", 501, "not_implemented"],
    ["GET", "/v1/misbehave/crash", 500, "internal_error"],
    ["GET", "/v1/misbehave/body", 500, "internal_error"],
    ["GET", "/v1/misbehave/status", 500, "internal_error"],
    ["GET", "/v1/connect", 426, "invalid_request"],
    ["GET", "/v1/runs/missing/events", 404, "not_found"],
    ["GET", "/v1/runs?page_size=11", 400, "invalid_request"],
    ["GET", "/v1/runs?page_size=many", 400, "invalid_request"],
    ["GET", "/v1/runs?page_size=1&page_size=2", 400, "invalid_request"],
    ["GET", "/v1/runs?tags=%zz", 400, "invalid_request"],
  ])("refuses %s %s with %i %s", async (method, target, status, code) => {
    await expectProblem(await host.send(target, { method }), status, code);
  });

  it.each([
    ["is no JSON", "{", JSON_TYPE, 400, "malformed_body"],
    ["is missing", "", JSON_TYPE, 400, "malformed_body"],
    ["is not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), JSON_TYPE, 400, "malformed_body"],
    ["is nested too deep", "[".repeat(2000), JSON_TYPE, 400, "malformed_body"],
    ["has another type", "goal: x", { "content-type": "text/yaml" }, 415, "unsupported_media_type"],
    [
      "has another charset",
      "{}",
      { "content-type": "application/json; charset=utf-16" },
      415,
      "unsupported_media_type",
    ],
    ["is compressed", "{}", { ...JSON_TYPE, "content-encoding": "gzip" }, 415, "unsupported_media_type"],
    ["is too large", `{"goal":"${"x".repeat(5000)}"}`, JSON_TYPE, 413, "payload_too_large"],
    ["lacks a member", "{}", JSON_TYPE, 400, "invalid_request"],
    ["has a member too many", '{"goal":"x","__proto__":{"goal":"y"}}', JSON_TYPE, 400, "invalid_request"],
    ["is a conflict", '{"goal":"conflict"}', JSON_TYPE, 409, "run.conflict"],
  ])("refuses a body that %s", async (_, body, headers, status, code) => {
    await expectProblem(await host.send("/v1/runs", { method: "POST", headers, body }), status, code);
  });

  it("says what is wrong without quoting it", async () => {
    const received = await host.send("/v1/runs", post('{"goal":"secret","state":"secret","run_id":7}'));
    const { details } = (JSON.parse(received.text) as { error: { details: { errors: object[] } } }).error;
    expect(details.errors).toEqual(
      expect.arrayContaining([
        { pointer: "/body", keyword: "additionalProperties", message: expect.any(String) },
        { pointer: "/body/run_id", keyword: "type", message: "must be string" },
      ]),
    );
    expect(received.text).not.toContain("secret");
  });

  it("takes a body without a content type as the declared one", async () => {
    expect((await host.send("/v1/runs", post('{"goal":"x"}', {}))).status).toBe(200);
  });

  it.each([
    ["no body", undefined, {}],
    ["a JSON body", "{}", JSON_TYPE],
    ["an unreadable one", "not json", { "content-type": "text/yaml" }],
  ])("ignores %s where none is declared", async (_, body, headers) => {
    const sent = { method: "POST", headers, ...(body === undefined ? {} : { body }) };
    expect((await host.send("/v1/runs/x:cancel", sent)).status).toBe(200);
  });

  it("bounds even a body that it ignores", async () => {
    await expectProblem(await host.send("/v1/runs/x:cancel", post("x".repeat(5000))), 413, "payload_too_large");
  });

  it("tells a missing optional body from one with hostile names", async () => {
    const missing = await host.send("/v1/instances:register", post(""));
    expect(JSON.parse(missing.text)).toEqual({ body: null, own: [] });
    const hostile = await host.send("/v1/instances:register", post('{"__proto__":{"admin":true}}'));
    expect((JSON.parse(hostile.text) as { own: string[] }).own).toEqual(["__proto__"]);
  });

  it("decodes parameters and ignores undeclared ones", async () => {
    const target = "/v1/runs?page_size=3&tags=a%20b&tags=c%2Cd&other=%zz&__proto__=x";
    const received = await host.send(target, { headers: { "x-trace": "true" } });
    expect(JSON.parse(received.text)).toEqual({
      query: { page_size: 3, tags: ["a b", "c,d"] },
      header: { "X-Trace": true },
    });
  });

  it("reads text, forms, multipart and bytes", async () => {
    const send = async (body: string | Uint8Array, type: string) =>
      JSON.parse(
        (await host.send("/v1/upload", { method: "POST", body, headers: { "content-type": type } })).text,
      ) as object;
    expect(await send("héllo", "text/plain; charset=utf-8")).toEqual({ body: "héllo" });
    expect(await send("a=1+2&b=%26&b=x", "application/x-www-form-urlencoded")).toEqual({
      body: { a: "1 2", b: ["&", "x"] },
    });
    expect(await send(new Uint8Array([0, 255]), "application/octet-stream")).toEqual({ bytes: [0, 255] });
    const part = '--b\r\ncontent-disposition: form-data; name="f"; filename="f.txt"\r\n\r\nhi\r\n--b--\r\n';
    expect(await send(part, "multipart/form-data; boundary=b")).toEqual({ body: { f: "hi" } });
  });

  it("negotiates", async () => {
    await expectProblem(await host.send("/v1/runs/a", { headers: { accept: "text/html" } }), 406, "not_acceptable");
    expect((await host.send("/v1/runs/a", { headers: { accept: "text/html, */*;q=0.1" } })).status).toBe(200);
    const lines = await host.send("/v1/runs/three/events", { headers: { accept: "application/x-ndjson" } });
    expect(lines.text.trim().split("\n")).toEqual(['{"seq":0}', '{"seq":1}', '{"seq":2}']);
  });

  it("knows HEAD, OPTIONS, DELETE and who may ask from a web page", async () => {
    const head = await host.send("/v1/runs/a", { method: "HEAD" });
    expect([head.status, head.text]).toEqual([200, ""]);
    const options = await host.send("/v1/runs", { method: "OPTIONS" });
    expect([options.status, options.headers["allow"]]).toEqual([204, "POST, GET, HEAD, OPTIONS"]);
    const gone = await host.send("/v1/runs/a", { method: "DELETE" });
    expect([gone.status, gone.text]).toEqual([204, ""]);
    const asks = { "access-control-request-method": "POST" };
    const friend = await host.send("/v1/runs", {
      method: "OPTIONS",
      headers: { ...asks, origin: "https://app.example" },
    });
    expect(friend.headers["access-control-allow-origin"]).toBe("https://app.example");
    const stranger = await host.send("/v1/runs", {
      method: "OPTIONS",
      headers: { ...asks, origin: "https://evil.example" },
    });
    expect(stranger.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("answers health and version by itself", async () => {
    expect(JSON.parse((await host.send("/v1/health")).text)).toMatchObject({ status: "ok", time: expect.any(String) });
    const version = JSON.parse((await host.send("/v1/version")).text) as object;
    expect(version).toEqual({ service_name: "agentwire-sample", supported_api_versions: ["v1"] });
  });

  it("streams events, from where the client left off", async () => {
    const { text, headers } = await host.send("/v1/runs/three/events", { headers: { "last-event-id": "0" } });
    expect(text).toBe('id: 1\ndata: {"seq":1}\n\nid: 2\ndata: {"seq":2}\n\n');
    expect(headers).toMatchObject({ "content-type": "text/event-stream", "cache-control": "no-cache" });
  });

  it("cuts a stream at an item that breaks the contract", async () => {
    const { chunks } = await host.open("/v1/runs/bad/events");
    let text = "";
    await expect(
      (async () => {
        for await (const chunk of chunks) text += chunk;
      })(),
    ).rejects.toThrow();
    expect(text).toBe('id: 0\ndata: {"seq":0}\n\nid: 1\ndata: {"seq":1}\n\n');
  });

  it("beats while a stream is quiet, and hears when the client leaves", async () => {
    const { released, aborted } = server;
    const { chunks, leave } = await host.open("/v1/runs/quiet/events");
    expect((await chunks.next()).value).toBe(":\n\n");
    leave();
    await expect.poll(() => [server.released - released, server.aborted - aborted]).toEqual([1, 1]);
  });

  it("pulls no further than a slow reader takes", async () => {
    const before = server.pulled;
    const { chunks, leave } = await host.open("/v1/runs/big/events");
    await chunks.next();
    expect((await settled(() => server.pulled)) - before).toBeLessThan(
      name === "in process" || name === "fetch" ? 5 : 400,
    );
    leave();
  });
});
