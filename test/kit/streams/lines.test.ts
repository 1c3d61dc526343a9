import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Decoder,
  JsonSeqDecoder,
  LinesDecoder,
  StreamLimitError,
  StreamSyntaxError,
} from "../../../kit/src/streams/index.js";

const encoder = new TextEncoder();

function read(decoder: Decoder<unknown>, bytes: Uint8Array, size = bytes.length): unknown[] {
  const values: unknown[] = [];
  for (let start = 0; start < bytes.length; start += size)
    values.push(...decoder.push(bytes.subarray(start, start + size)));
  return values.concat(decoder.end());
}

test.each<[string, string, unknown[]]>([
  ["lines", '{"a":1}\n[2]\n"x"\n', [{ a: 1 }, [2], "x"]],
  ["CRLF", '{"a":1}\r\n2\r\n', [{ a: 1 }, 2]],
  ["heartbeats", "\n\n1\n\r\n \t\n2\n\n", [1, 2]],
  ["a last line without an end", '1\n{"a":"ä"}', [1, { a: "ä" }]],
  ["a byte order mark", "\uFEFF1\n2", [1, 2]],
  ["null and false are values", "null\nfalse\n0\n", [null, false, 0]],
  ["line separators within strings", '"a\u2028b"\n', ["a\u2028b"]],
  ["own __proto__", '{"__proto__":1}\n', [JSON.parse('{"__proto__":1}')]],
  ["nothing", "", []],
])("NDJSON: %s", (_, text, want) => {
  const bytes = encoder.encode(text);
  for (let size = 1; size <= bytes.length + 1; size++) expect(read(new LinesDecoder(), bytes, size)).toEqual(want);
});

test("NDJSON: a malformed line is named by its number", () => {
  for (const [text, line] of [
    ["1\n\n{\n", 3],
    ["{}{}", 1],
    ["1\n{", 2],
    ["1\n\uFEFF2\n", 2],
  ] as const) {
    expect(() => read(new LinesDecoder(), encoder.encode(text))).toThrow(new RegExp(`^line ${line} is not JSON`));
  }
});

test("NDJSON: any values come back, whatever the chunks", () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom("\n", "\r\n", "\n\n"),
      (values, size, end) => {
        const bytes = encoder.encode(values.map((value) => JSON.stringify(value) + end).join(""));
        const want: unknown = JSON.parse(JSON.stringify(values));
        expect(read(new LinesDecoder(), bytes, size)).toEqual(want);
        const seq = encoder.encode(
          values.map((value) => `\x1e${JSON.stringify(value, null, size % 3)}${end}`).join(""),
        );
        expect(read(new JsonSeqDecoder(), seq, size)).toEqual(want);
      },
    ),
  );
});

test.each<[string, string, unknown[]]>([
  ["records", '\x1e{"a":1}\n\x1e2\n', [{ a: 1 }, 2]],
  ["a record over several lines", '\x1e{\n "a": "}\\""\n}\n', [{ a: '}"' }]],
  ["a record that another cuts off is dropped", '\x1e{"a":\x1e12\x1e3\n', [3]],
  ["a number without its LF is not trusted", "\x1e1\n\x1e12", [1]],
  ["blank lines around, and empty records", "\x1e\n\n1\n\n\x1e\x1e \n2\n", [1, 2]],
  ["what comes before the first RS is no record", '5\n\x1e"x"\n', ["x"]],
])("json-seq: %s", (_, text, want) => {
  const bytes = encoder.encode(text);
  for (let size = 1; size <= bytes.length + 1; size++) expect(read(new JsonSeqDecoder(), bytes, size)).toEqual(want);
});

test("json-seq: a record is there with its LF, before the next one starts", () => {
  expect(new JsonSeqDecoder().push(encoder.encode('\x1e{"a":1}\n'))).toEqual([{ a: 1 }]);
});

test("json-seq: a malformed record is named by its number", () => {
  expect(() => read(new JsonSeqDecoder(), encoder.encode("\x1e1\n\x1e}x\n"))).toThrow(StreamSyntaxError);
});

test.each([LinesDecoder, JsonSeqDecoder])("limits hold: %o", (Class) => {
  const bytes = encoder.encode(`\x1e"${"x".repeat(100)}"\n`).subarray(Class === LinesDecoder ? 1 : 0);
  for (const size of [1, 7, bytes.length]) {
    expect(() => read(new Class(50), bytes, size)).toThrow(StreamLimitError);
    expect(read(new Class(110), bytes, size)).toHaveLength(1);
  }
});
