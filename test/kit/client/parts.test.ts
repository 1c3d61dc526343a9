/** What a client does by itself is what its parts would do, and what it cannot do without them it refuses. */
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { parametersWriter } from "../../../kit/src/client/fields.js";
import { Client, InvalidResponseError } from "../../../kit/src/client/index.js";
import { styledParameters } from "../../../kit/src/client/styles.js";
import type { Operation, Parameter } from "../../../kit/src/operation.js";
import { answer, closeAll, failure, serve, service } from "./fixtures.js";

afterEach(closeAll);

const place = { name: "place", in: "path", type: "string" } as const;
const row = {
  name: "op",
  path: "/a/{place}:go/{undeclared}",
  parameters: [
    place,
    { name: "q", in: "query", type: "array" },
    { name: "é&", in: "query", type: "string" },
    { name: "X-H", in: "header", type: "string" },
  ] satisfies Parameter[],
};

test("default styles: the same without the part `styles`", () => {
  const scalar = fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.boolean());
  const request = fc.record({
    path: fc.record({ place: scalar, undeclared: scalar.filter((value) => !/^\.{1,2}$/.test(String(value))) }),
    query: fc.record(
      { q: fc.array(fc.option(scalar, { nil: undefined })), "é&": scalar, unknown: scalar },
      { requiredKeys: [] },
    ),
    header: fc.record({ "X-H": fc.string({ unit: fc.constantFrom("a", " ", "~") }) }, { requiredKeys: [] }),
  });
  const [plain, styled] = [parametersWriter(row), styledParameters(row)];
  fc.assert(
    fc.property(request, (each) => {
      const heads = [{}, {}];
      plain.headers?.(each, heads[0] ?? {});
      styled.headers?.(each, heads[1] ?? {});
      expect(plain.target(each)).toBe(styled.target(each));
      expect(heads[0]).toEqual(heads[1]);
    }),
  );
});

test("text that is no Unicode is refused", () => {
  const writer = parametersWriter({ name: "op", path: "/{place}", parameters: [place] });
  expect(() => writer.target({ path: { place: "\ud800" } })).toThrow(/place must be well-formed Unicode/);
});

const text: Operation = {
  name: "text",
  id: "text",
  method: "POST",
  path: "/text",
  security: [],
  body: { content: [{ type: "text/plain", format: "text" }] },
  responses: { 200: { content: [{ type: "text/plain", format: "text" }] } },
};

test("other media types than JSON are refused, with the part that they need", async () => {
  const { url } = await serve((_, response) => answer(response, 200, "hi", { "content-type": "text/plain" }));
  const client = new Client({ ...service, operations: { text } }, { baseUrl: url });
  const sent = await failure(client.call("text", { body: "hi" }));
  expect(String(sent)).toBe("TypeError: text needs the part `media` to send text/plain");
  const read = await failure(client.call("text", {}));
  expect(read).toBeInstanceOf(InvalidResponseError);
  expect(String(read)).toMatch(/expected application\/json, got text\/plain/);
});

test("a server is only chosen where the contract has some", () => {
  expect(() => new Client(service, { server: { index: 0 } })).toThrow(/no servers/);
});
