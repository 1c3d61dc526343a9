/** What contracts of others ask for, from the generated client to the generated server and back. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call, CallResponse, Client } from "../../kit/src/client/index.js";
import { inMemory, type Reply, type Server } from "../../kit/src/server/index.js";
import {
  cleanUp,
  contract,
  filesOf,
  importNatively,
  linkPackages,
  project,
  root,
  writeFiles,
} from "../generator/tool.js";
import { paths, schemas } from "./fixtures/any-contract.js";

type Method = (request?: unknown, options?: object) => Call<unknown>;
interface Ends {
  /** Calls an operation, which answers with `body`. Gives what arrived and what came back. */
  call(name: string, request?: unknown, body?: unknown, options?: object): Promise<{ arrived: unknown; body: unknown }>;
  /** What a client gets that calls an operation, which answers as given. */
  answer(name: string, answer: unknown, options?: object): Promise<CallResponse<unknown>>;
  /** Of the kit that the generated code runs on. */
  reply(status: number, body: unknown, headers: object): Reply;
  /** What goes out of a client without a `baseUrl`. */
  sent(name: string, request?: unknown, options?: object): Promise<Request>;
  /** Where a client without a `baseUrl` goes. */
  goes(name: string, request?: unknown): Promise<string>;
  /** Where a call goes that only knows the operation's row. */
  goesByItself(name: string, request?: unknown): Promise<string>;
  /** Sends what no client of ours would; gives the status. */
  post(path: string, type: string, body: string): Promise<number>;
}
let ends: Ends;

beforeAll(async () => {
  ends = await endsOf(contract(schemas, paths));
});
afterAll(cleanUp);

/** Client and server of a contract, as generated. */
async function endsOf(document: object): Promise<Ends> {
  const folder = project({ "package.json": { type: "module" }, "openapi.json": document });
  linkPackages(folder);
  const { files, problems } = await filesOf(join(folder, "openapi.json"));
  expect(problems.filter((problem) => !problem.startsWith("not-supported"))).toEqual([]);
  writeFiles(folder, Object.fromEntries(files.map(({ path, text }) => [`out/${path}`, text])));
  const load = <Module>(name: string) => importNatively<Module>(pathToFileURL(join(folder, "out", name)).href);
  const { SampleServer } = await load<{ SampleServer: new () => Server }>("server.js");
  const { SampleClient } = await load<{ SampleClient: new (options: object) => Client }>("client.js");
  const { service } = await load<{ service: { operations: object } }>("operations.js");
  const kit = pathToFileURL(join(root, "kit/dist/server/index.js")).href;
  const { reply } = await importNatively<Pick<Ends, "reply">>(kit);
  const calls = await load<Record<string, unknown>>("calls.js");
  const { createCaller, interception } = await importNatively<{
    createCaller(options: object, part: unknown): (row: unknown, request?: unknown) => Promise<unknown>;
    interception(options: object): unknown;
  }>(pathToFileURL(join(root, "kit/dist/client/index.js")).href);
  const state: { arrived?: unknown; body?: unknown } = {};
  for (const name of Object.keys(service.operations))
    Object.defineProperty(SampleServer.prototype, name, {
      value: async (request: unknown) => {
        state.arrived = request;
        return state.body;
      },
    });
  const server = new SampleServer();
  const client = new SampleClient({ baseUrl: "http://localhost", transport: inMemory(server) });
  const methods = client as unknown as Record<string, Method>;
  const sent: Ends["sent"] = async (name, request, options) => {
    const requests: Request[] = [];
    const fetch = async (request: Request) => {
      requests.push(request.clone());
      return new Response(null, { status: 204 });
    };
    await (new SampleClient({ fetch }) as unknown as Record<string, Method>)[name]?.(request, options);
    return requests[0] as Request;
  };
  return {
    call: async (name, request, answer, options) => {
      state.body = answer;
      const body = await methods[name]?.(request, options);
      return { arrived: state.arrived, body };
    },
    reply,
    answer: async (name, answer, options) => {
      state.body = answer;
      return await (methods[name] as Method)(undefined, options).withResponse();
    },
    sent,
    goes: async (name, request) => (await sent(name, request)).url,
    goesByItself: async (name, request) => {
      let url = "";
      const fetch = async (input: Request | string) => {
        url = new Request(input).url;
        return new Response(null, { status: 204 });
      };
      await createCaller({ baseUrl: "http://localhost" }, interception({ fetch }))(calls[name], request);
      return url;
    },
    post: async (path, type, body) => {
      const init = { method: "POST", headers: { "content-type": type }, body };
      return (await server.fetch(new Request(`http://localhost${path}`, init))).status;
    },
  };
}

test("a contract may declare nothing but a default response", async () => {
  expect((await ends.call("onlyDefault", undefined, { n: 1 })).body).toEqual({ n: 1 });
});

test("an operation that declares failures alone succeeds without a body", async () => {
  expect((await ends.answer("onlyFailures", undefined)).status).toBe(204);
  expect((await ends.answer("onlyFailures", ends.reply(202, undefined, {}))).status).toBe(202);
  await expect(ends.answer("onlyFailures", ends.reply(418, undefined, {}))).rejects.toMatchObject({ status: 500 });
});

test("where no success is declared, `default` is what an operation answers, beside its failures", async () => {
  expect((await ends.call("failuresAndDefault", undefined, { n: 1 })).body).toEqual({ n: 1 });
  expect((await ends.call("defaultBytes", undefined, new Uint8Array([1, 255]))).body).toEqual(new Uint8Array([1, 255]));
});

test("a text is a text, whatever its schema says of members or items", async () => {
  const query = { text: "a,b", list: ["1", "2"] };
  expect((await ends.call("strayKeywords", { query })).arrived).toEqual({ query });
});

test("bodies that are text are texts, whatever else their schema would allow", async () => {
  expect((await ends.call("texts", { body: "ab" }, "<a/>")).arrived).toEqual({ body: "ab" });
  await expect(ends.call("texts", { body: "a" }, "<a/>")).rejects.toMatchObject({ name: "InvalidRequestError" });
  await expect(ends.call("texts", { body: { a: 1 } }, "<a/>")).rejects.toMatchObject({ name: "InvalidRequestError" });
});

test("a body that is required is, though its schema is marked readOnly", async () => {
  expect((await ends.call("readOnly", { body: {} })).arrived).toEqual({ body: {} });
  await expect(ends.call("readOnly", {})).rejects.toMatchObject({ name: "InvalidRequestError" });
});

test("an answer whose status never has a body has none, whatever the contract declares", async () => {
  expect(await ends.answer("bare", undefined)).toMatchObject({ status: 204, body: undefined });
});

test("bytes go out as the form that can carry them, though JSON of the same schema is declared first", async () => {
  const { arrived } = await ends.call("pictureOrJson", { body: { file: new Blob(["f"]), title: "t" } });
  const { body } = arrived as { body: { file: File; title: string } };
  expect([await body.file.text(), body.title]).toEqual(["f", "t"]);
  const json = await ends.sent("pictureOrJson", { body: { title: "t" } }, { contentType: "application/json" });
  expect(json.headers.get("content-type")).toBe("application/json");
});

test("a form whose schema allows no object takes any form", async () => {
  const form = new FormData();
  form.set("a", "b");
  expect((await ends.call("formOfText", { body: form })).arrived).toEqual({ body: { a: "b" } });
});

test("a body of GET that can only be empty is none", async () => {
  expect((await ends.sent("readWithNothing")).body).toBeNull();
  expect((await ends.call("readWithNothing", { body: {} })).arrived).toEqual({});
});

test.each([
  { body: { metadata: "", name: "n" } },
  { body: { metadata: { "a b": "c" } } },
  { query: { filter: "plain", created: 532 } },
  { query: { created: { gt: 5 } } },
  { query: { filter: { a: "b" } }, body: { name: "n" } },
])("a text may stand in the place of an object that has a style: %j", async (request) => {
  expect((await ends.call("unset", request)).arrived).toEqual({ query: {}, ...request });
});

test("text/json is JSON", async () => {
  const { arrived, body } = await ends.call("textJson", { body: { n: 1 } }, { t: "a" });
  expect({ arrived, body }).toEqual({ arrived: { body: { n: 1 } }, body: { t: "a" } });
  expect((await ends.sent("textJson", { body: { n: 1 } })).headers.get("content-type")).toBe("text/json");
});

test("parts that are bytes are files, whatever style the contract gives them", async () => {
  const icons = [new Blob(["a"]), new Uint8Array([98])];
  const body = { file: new Blob(["f"]), icons, tags: ["a", "b"], about: { text: "t", n: 1 } };
  const { arrived } = await ends.call("styledParts", { body });
  const form = (arrived as { body: { file: File; icons: File[] } }).body;
  expect(await Promise.all([form.file, ...form.icons].map((file) => file.text()))).toEqual(["f", "a", "b"]);
  // In OpenAPI 3.1 and 3.2 an object with a style is a part for each of its members.
  expect(form).toMatchObject({ tags: ["a", "b"] });
  expect((await ends.sent("styledParts", { body })).headers.get("content-type")).toContain("multipart/form-data");
});

test("in OpenAPI 3.0 styles are for URL-encoded forms alone: in parts, an object is JSON", async () => {
  const document = contract(schemas, { "/styled": paths["/styled"] }, { openapi: "3.0.3" });
  const { call, sent } = await endsOf(document);
  const about = { text: "t", n: 1 };
  const { arrived } = await call("styledParts", { body: { tags: ["a", "b"], about } });
  expect(arrived).toEqual({ body: { tags: ["a", "b"], about } });
  const form = await (await sent("styledParts", { body: { about } })).formData();
  expect([...form.keys()]).toEqual(["about"]);
});

test("bytes and forms find their media type, though JSON is the first", async () => {
  const bytes = new Uint8Array([1, 2, 255]);
  expect((await ends.call("several", { body: bytes })).arrived).toEqual({ body: bytes });
  expect((await ends.call("several", { body: bytes.buffer })).arrived).toEqual({ body: bytes });
  const form = new FormData();
  form.set("t", "a");
  expect((await ends.call("several", { body: form })).arrived).toEqual({ body: { t: "a" } });
  expect((await ends.call("several", { body: { n: 1 } })).arrived).toEqual({ body: { n: 1 } });
});

test("bytes are parts of a form; in JSON, be it such a part, they are text", async () => {
  const file = new Blob([new Uint8Array([0, 255])]);
  const body = { file, icons: [new Uint8Array([1])], about: { text: "a" } };
  const { arrived, body: answer } = await ends.call("bytes", { body }, { text: "b" });
  expect(answer).toEqual({ text: "b" });
  const form = (arrived as { body: { file: File; icons: File[]; about: unknown } }).body;
  expect(form.about).toEqual({ text: "a" });
  expect(new Uint8Array(await form.file.arrayBuffer())).toEqual(new Uint8Array([0, 255]));
  expect(form.icons.map(({ size }) => size)).toEqual([1]);
  const bytes = { ...body, about: { text: new Uint8Array([1]) } };
  await expect(ends.call("bytes", { body: bytes }, { text: "b" })).rejects.toMatchObject({
    name: "InvalidRequestError",
  });
  await expect(ends.call("bytes", { body }, { text: new Uint8Array([1]) })).rejects.toMatchObject({ status: 500 });
});

test.each([
  ["patch", { n: 1 }, "application/merge-patch+json"],
  ["patch", [{ t: "a" }], "application/json-patch+json"],
  ["patch", [], "application/json-patch+json"],
  ["patch", "plain", "text/plain"],
  ["patch", new Set([{ n: 1 }]), "application/x-ndjson"],
  ["patch", new Blob(["x"], { type: "image/png" }), "image/png"],
  ["picture", new Blob(["x"], { type: "image/jpeg" }), "image/jpeg"],
  ["picture", new Blob(["x"], { type: "text/plain" }), "image/png"],
  ["picture", new Blob(["x"]), "image/png"],
  ["bytesFirst", { n: 1 }, "application/json"],
  ["bytesFirst", null, "application/json"],
  ["bytesFirst", new Uint8Array([1]), "application/octet-stream"],
])("the body of %s chooses the media type that takes it: %j", async (name, body, type) => {
  expect((await ends.sent(name, { body })).headers.get("content-type")).toBe(type);
});

test.each([
  [{ n: 1 }, "application/json"],
  [[1], "application/vnd.list+json"],
  ["plain", "text/plain"],
  [new Uint8Array([1]), "application/octet-stream"],
])("an answer goes out as the media type that takes it: %j", async (body, type) => {
  const got = await ends.answer("answers", body);
  expect([got.status, got.body, got.headers.get("content-type")]).toEqual([200, body, type]);
});

test("an answer that none of the accepted media types takes goes out as one that does", async () => {
  const got = await ends.answer("answers", "plain", { accept: "application/json" });
  expect([got.status, got.body, got.headers.get("content-type")]).toEqual([200, "plain", "text/plain"]);
});

test("an answer may name its media type, and nothing is an answer of its own", async () => {
  const named = await ends.answer("answers", ends.reply(200, "a,b", { "content-type": "text/csv; header=absent" }));
  expect([named.body, named.headers.get("content-type")]).toEqual(["a,b", "text/csv; header=absent"]);
  const nothing = await ends.answer("answers", undefined);
  expect([nothing.status, nothing.body]).toEqual([204, undefined]);
});

test("an answer to HEAD needs no body", async () => {
  const got = await ends.answer("headOfAnswers", ends.reply(200, undefined, { "X-Total": 3 }));
  expect([got.status, got.body, got.header]).toEqual([200, undefined, { "X-Total": 3 }]);
});

test("a range of media types is none to send", async () => {
  expect((await ends.answer("open", { n: 1 })).headers.get("content-type")).toBe("application/json");
  const png = await ends.answer("image", ends.reply(200, new Uint8Array([1]), { "content-type": "image/png" }));
  expect([png.body, png.headers.get("content-type")]).toEqual([new Uint8Array([1]), "image/png"]);
  const asked = await ends.answer("image", new Uint8Array([1]), { accept: "image/gif, image/*;q=0.5" });
  expect(asked.headers.get("content-type")).toBe("image/gif");
  await expect(ends.answer("image", new Uint8Array([1]))).rejects.toMatchObject({ status: 500 });
});

test("a media type that is named is what goes out, with its parameters", async () => {
  const sentAs = async (body: unknown, contentType: string) => {
    const sent = await ends.sent("patch", { body }, { contentType });
    return [sent.headers.get("content-type"), await sent.text()];
  };
  expect(await sentAs({ t: "a" }, "application/vnd.text+json")).toEqual(["application/vnd.text+json", '{"t":"a"}']);
  expect(await sentAs(new Uint8Array([65]), "image/gif")).toEqual(["image/gif", "A"]);
  expect(await sentAs("a", "Text/Plain; charset=utf-8")).toEqual(["Text/Plain; charset=utf-8", "a"]);
  await expect(sentAs("a", "text/html")).rejects.toThrow("patch takes no text/html");
});

test.each([
  ["application/json", '{"n":1}', 204],
  ["application/json", '{"t":"a"}', 400],
  ["application/json", '{"0":1}', 400],
  ["application/vnd.text+json", '{"t":"a"}', 204],
  ["application/vnd.text+json", '{"n":1}', 400],
  ["application/octet-stream", '{"n":"?"}', 204],
])("of several media types, %s has its own schema: %s", async (type, body, status) => {
  expect(await ends.post("/several", type, body)).toBe(status);
});

test("a path may hold what URLs do not, and a fragment that tells it from others", async () => {
  const path = { id: "ä/ö" };
  expect((await ends.call("unicode", { path })).arrived).toEqual({ path });
  expect((await ends.call("quoted", { path })).arrived).toEqual({ path });
  expect((await ends.call("same", { path })).arrived).toEqual({ path });
  expect(await ends.goes("sameWithMore", { path, query: { more: "x" } })).toMatch(/\/same\/%C3%A4%2F%C3%B6\?more=x$/);
});

test("a path may have a query of its own, which goes on with the parameters", async () => {
  expect(await ends.goes("queried", { query: { more: "a?b" } })).toBe("http://localhost/queried?kind=a&more=a%3Fb");
  expect(await ends.goes("queried")).toBe("http://localhost/queried?kind=a");
});

test("short rows go where the client goes", async () => {
  for (const [name, request] of [
    ["queried", { query: { more: "x" } }],
    ["sameWithMore", { path: { id: "a" }, query: { more: "x" } }],
    ["unicode", { path: { id: "a" } }],
  ] as const)
    expect(await ends.goesByItself(name, request), name).toBe(await ends.goes(name, request));
});

test("operations go to the servers of their own, else to those of their path", async () => {
  expect(await ends.goes("onTheServerOfItsPath")).toBe("https://files.example/v1/elsewhere");
  expect(await ends.goes("onItsOwnServer")).toBe("http://localhost/v2/elsewhere");
  expect(await ends.goes("same", { path: { id: "a" } })).toBe("http://localhost/same/a");
  // With a `baseUrl` all go there.
  expect((await ends.call("onItsOwnServer")).arrived).toEqual({});
});

test.each([
  { plain: "{1", xml: "<n>1</n>" },
  { count: 3 },
  { count: "all" },
  { flag: true },
  { flag: -2.5 },
  { since: 20 },
  { since: "2026-02-28" },
  { digits: "1" },
  { pair: [7, "x"] },
  { points: [{ x: 1 }, { x: 2 }] },
  { limits: { a: 1, b: 2 }, "list[]": [3, 4], count: 5 },
  { deep: { list: [6, 2], inner: { on: true } } },
  { deep: { list: [6] } },
])("parameters of several types, and in others, come back as they were: %j", async (query) => {
  expect((await ends.call("parameters", { query }, { n: 1 })).arrived).toEqual({ query });
});

test("a query string is a form, with each member a parameter of the query", async () => {
  const query = { q: "a b&c", tags: ["x", "y,z"], ids: [1, 2], where: { n: 3 }, limit: 5 };
  const { url } = await ends.sent("queryString", { query });
  expect(url.split("?")[1]).toBe("q=a%20b%26c&tags=x&tags=y%2Cz&ids=1,2&where=%7B%22n%22%3A3%7D&limit=5");
  expect((await ends.sent("queryString", { query: { q: "", after: 3 } })).url).toMatch(/\?q=&after=3$/);
  expect((await ends.call("queryString", { query })).arrived).toEqual({ query });
  await expect(ends.call("queryString", { query: { limit: 5 } })).rejects.toThrow('must have the member "q"');
  await expect(ends.call("queryString", { query: { q: "", limit: 50 } })).rejects.toThrow(/limit/);
});

test("null is no text of a parameter", async () => {
  const query = { nothing: null, "list[]": [1, null], deep: { list: null, inner: {} } };
  expect((await ends.call("parameters", { query }, { n: 1 })).arrived).toEqual({
    query: { "list[]": [1], deep: { inner: {} } },
  });
});

test.each([
  { "X-Count": 3, "X-List": [1, 2.5], "X-Names": ["a b", "c=d"] },
  { "X-List": [], "X-Rgb": { r: 1, name: "red" }, "X-Rate": { a: 1, b: -2 } },
  { "X-Meta": { a: ["ä, b", null, 1], 日本: { "=": "," } } },
])("headers of an answer of any type come back as they were: %j", async (headers) => {
  const { header } = await ends.answer("headers", ends.reply(200, { n: 1 }, headers));
  expect(header).toEqual(headers);
});

test.each([
  { n: 1, list: [1.5, 2], inner: { a: [true] }, text: "12" },
  { n: 2, list: [3] },
])("a form may be the answer: %j", async (body) => {
  expect((await ends.call("parameters", undefined, body)).body).toEqual(body);
});

test("a stream is sent item by item, or as the bytes it is, and arrives as bytes", async () => {
  const lines = new TextEncoder().encode('{"n":1}\n{"n":2}\n');
  for (const body of [lines, [{ n: 1 }, { n: 2 }], new Blob([lines])])
    expect((await ends.call("lines", { body })).arrived).toEqual({ body: lines });
});

test("any method may be that of an operation", async () => {
  expect((await ends.call("copy")).arrived).toEqual({});
  expect(await ends.goes("copy")).toBe("http://localhost/more-methods");
});

test("each field of a multipart form arrives as what the contract says, however its part is sent", async () => {
  const body = { csv: "a,b", note: "ä", title: "a,b", count: 3, tags: ["a b", "c"], rows: [[1, 2], [3]] };
  const files = { scan: new Blob(["a,b"]), scans: [new Uint8Array([1]), new Blob(["x"], { type: "image/png" })] };
  const { arrived } = await ends.call("multipart", { body: { ...body, ...files } });
  const got = (arrived as { body: { scan: Blob; scans: Blob[] } }).body;
  expect(got).toMatchObject(body);
  expect(await Promise.all([got.scan, ...got.scans].map((file) => file.text()))).toEqual(["a,b", "\x01", "x"]);
  const sent = new FormData();
  for (const name of ["plain", "count", "undeclared"]) sent.set(name, new Blob(["1"]), "a.txt");
  const asFiles = (await ends.call("multipart", { body: sent })).arrived;
  expect(asFiles).toEqual({ body: { plain: "1", count: 1, undeclared: expect.any(File) } });
});

test("an item that the form would divide is refused before it is sent", async () => {
  await expect(ends.call("multipart", { body: { tags: ["a,b", "c"] } })).rejects.toMatchObject({
    name: "InvalidRequestError",
    violations: [{ pointer: "/body/tags", message: 'has "," in an item, which would divide it' }],
  });
});

test("XML is a text, whatever the schema says of it", async () => {
  expect(await ends.call("xml", { body: "<n>1</n>" }, "<n>2</n>")).toEqual({
    arrived: { body: "<n>1</n>" },
    body: "<n>2</n>",
  });
});

test.each([{ n: 1 }, { t: "a" }])("of media types that differ in a parameter, each may come: %j", async (body) => {
  expect((await ends.call("versions", undefined, body)).body).toEqual(body);
});
