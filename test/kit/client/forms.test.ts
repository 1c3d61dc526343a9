import { afterEach, expect, test } from "vitest";

import { undiciTransport } from "../../../kit/src/client/undici/index.js";
import type { FormField, ServiceDescription } from "../../../kit/src/operation.js";
import { answer, Client, closeAll, serve, service } from "./fixtures.js";

afterEach(closeAll);

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";

function withFields(fields: Record<string, FormField>): ServiceDescription {
  const content = [
    { type: FORM, format: "form", fields },
    { type: MULTIPART, format: "multipart", fields },
    { type: "application/octet-stream", format: "binary" },
    { type: "image/*", format: "binary" },
    { type: "application/x-ndjson", format: "stream", stream: { framing: "ndjson" } },
    { type: "application/json-seq", format: "stream", stream: { framing: "json-seq" } },
  ] as const;
  const send = {
    name: "send",
    id: "send",
    method: "POST",
    path: "/",
    body: { content },
    responses: { 204: {} },
  } as const;
  return { ...service, operations: { send } };
}

/** Type and text of what arrives, sent by `fetch` and by undici: the same both ways. */
async function sent(body: () => unknown, contentType: string, fields: Record<string, FormField> = {}) {
  const arrived: { type: string; text: string }[] = [];
  const { url } = await serve(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const type = request.headers["content-type"] ?? "";
    const boundary = /boundary=(.*)$/.exec(type)?.[1];
    const text = Buffer.concat(chunks).toString();
    arrived.push({ type: type.split(";")[0] ?? "", text: boundary ? text.replaceAll(boundary, "BOUNDARY") : text });
    answer(response, 204);
  });
  const undici = undiciTransport();
  for (const transport of [undefined, undici])
    await new Client(withFields(fields), { baseUrl: url, transport }).call("send", { body: body() }, { contentType });
  await undici.close();
  const [first, second] = arrived;
  expect(second).toEqual(first);
  return first;
}

const value = { tags: ["a b", "c,d"], filter: { min: 1, name: "x&y" }, n: 5, left: undefined };

test("urlencoded: arrays repeat their name and objects are JSON, as OpenAPI has it by default", async () => {
  expect((await sent(() => value, FORM))?.text).toBe(
    "tags=a+b&tags=c%2Cd&filter=%7B%22min%22%3A1%2C%22name%22%3A%22x%26y%22%7D&n=5",
  );
});

test.each<[Record<string, FormField>, string]>([
  [{ tags: { type: "array", explode: false } }, "tags=a%20b,c%2Cd"],
  [{ tags: { type: "array", style: "pipeDelimited", explode: false } }, "tags=a%20b%7Cc%2Cd"],
  [{ tags: { type: "array", style: "form" } }, "tags=a%20b&tags=c%2Cd"],
  [{ tags: { type: "json", contentType: "application/json" } }, "tags=%5B%22a+b%22%2C%22c%2Cd%22%5D"],
])("urlencoded with encoding %j", async (fields, want) => {
  expect((await sent(() => ({ tags: value.tags }), FORM, fields))?.text).toBe(want);
});

test("urlencoded: an object by deepObject, or exploded", async () => {
  const filter = { filter: value.filter };
  const deep: FormField = { type: "object", style: "deepObject", explode: true };
  expect((await sent(() => filter, FORM, { filter: deep }))?.text).toBe("filter[min]=1&filter[name]=x%26y");
  const flat: FormField = { type: "object", explode: true };
  expect((await sent(() => filter, FORM, { filter: flat }))?.text).toBe("min=1&name=x%26y");
});

const part = (name: string, more: string, text: string) =>
  `--BOUNDARY\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
const typed = (type: string, file = "blob") => `; filename="${file}"\r\nContent-Type: ${type}`;

test("multipart: texts, JSON, files, and arrays by repetition", async () => {
  const body = () => ({ ...value, file: new File(["F"], "f.png", { type: "image/png" }), bytes: new Uint8Array([66]) });
  const got = await sent(body, MULTIPART);
  expect(got?.type).toBe(MULTIPART);
  expect(got?.text.trimEnd()).toBe(
    `${part("tags", "", "a b")}${part("tags", "", "c,d")}${part("filter", typed("application/json"), '{"min":1,"name":"x&y"}')}${part("n", "", "5")}${part("file", typed("image/png", "f.png"), "F")}${part("bytes", typed("application/octet-stream"), "B")}--BOUNDARY--`,
  );
});

test("multipart: content types and styles of the contract", async () => {
  const fields: Record<string, FormField> = {
    csv: { type: "string", contentType: "text/csv" },
    plain: { type: "string", contentType: "text/plain; charset=utf-8" },
    meta: { type: "object", contentType: "application/vnd.x+json" },
    list: { type: "json", contentType: "application/json" },
    icon: { type: "string", contentType: "image/png, image/jpeg" },
    scan: { type: "string", contentType: "image/tiff" },
    tags: { type: "array", explode: false },
    filter: { type: "object", style: "deepObject", explode: true },
  };
  const blob = () => new Blob(["i"]);
  const body = () => ({
    csv: "a,b",
    plain: "ä",
    meta: { k: 1 },
    list: [1, 2],
    icon: blob(),
    scan: blob(),
    tags: ["a b", "c"],
    filter: { q: "x&y" },
  });
  expect((await sent(body, MULTIPART, fields))?.text.trimEnd()).toBe(
    `${part("csv", typed("text/csv"), "a,b")}${part("plain", "", "ä")}${part("meta", typed("application/vnd.x+json"), '{"k":1}')}${part("list", typed("application/json"), "[1,2]")}${part("icon", typed("application/octet-stream"), "i")}${part("scan", typed("image/tiff"), "i")}${part("tags", "", "a b,c")}${part("filter[q]", "", "x&y")}--BOUNDARY--`,
  );
});

test.each<[string, () => unknown]>([
  ["a Blob", () => new Blob(["bytes"])],
  ["a Uint8Array", () => new TextEncoder().encode("bytes")],
  ["a view into something larger", () => new TextEncoder().encode("some bytes").subarray(5)],
  ["an ArrayBuffer", () => new TextEncoder().encode("bytes").buffer],
  ["a ReadableStream", () => new Blob(["bytes"]).stream()],
])("binary from %s", async (_, body) => {
  expect(await sent(body, "application/octet-stream")).toEqual({ type: "application/octet-stream", text: "bytes" });
});

test("a range of media types takes the Blob's own", async () => {
  expect(await sent(() => new Blob(["i"], { type: "image/gif" }), "image/*")).toEqual({ type: "image/gif", text: "i" });
});

test("items are written as they come, in the framing of the contract", async () => {
  async function* items() {
    yield { n: 1 };
    yield { n: 2 };
  }
  expect((await sent(items, "application/x-ndjson"))?.text).toBe('{"n":1}\n{"n":2}\n');
  expect((await sent(() => [1, "a"], "application/json-seq"))?.text).toBe('\x1e1\n\x1e"a"\n');
});
