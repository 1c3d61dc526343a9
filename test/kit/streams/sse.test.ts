import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, SseDecoder, type SseEvent, StreamLimitError } from "../../../kit/src/streams/index.js";

const encoder = new TextEncoder();

function read(chunks: Iterable<Uint8Array>, decoder = new SseDecoder()): SseEvent[] {
  return [...chunks].flatMap((chunk) => decoder.push(chunk)).concat(decoder.end());
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += size) chunks.push(bytes.subarray(start, start + size));
  return chunks;
}

/** What the WHATWG says, with LF for every line end; each case is also read with CR and CRLF. */
const cases: [name: string, text: string, want: SseEvent[]][] = [
  ["one event", "data: a\n\n", [{ data: "a" }]],
  ["lines of data", "data: a\ndata:b\ndata:  c\n\n", [{ data: "a\nb\n c" }]],
  ["all fields", "event: e\nid: 1\nretry: 20\ndata: x\n\n", [{ event: "e", data: "x", id: "1", retry: 20 }]],
  ["comments", ": hello\n:\ndata: a\n: b\n\n:end\n\n", [{ data: "a" }]],
  ["a field without a colon", "data\n\ndata\ndata\n\ndata:test\n\n", [{ data: "" }, { data: "\n" }, { data: "test" }]],
  ["no data, no event", "event: e\nid: 1\n\ndata: a\n\n", [{ data: "a" }]],
  ["unknown fields, case and leading spaces count", "Data: x\n data: y\nfoo: z\ndata : w\n\n", []],
  ["only one space is taken", "data:   a\ndata:\ta\n\n", [{ data: "  a\n\ta" }]],
  [
    "the last event and id count",
    "event: a\nevent: b\nid: 1\nid: 2\ndata: x\n\n",
    [{ event: "b", data: "x", id: "2" }],
  ],
  ["an empty event is the default", "event: a\nevent\ndata: x\n\n", [{ data: "x" }]],
  ["an id with NUL is ignored", "id: 1\nid: a\0b\ndata: x\n\n", [{ data: "x", id: "1" }]],
  ["an empty id resets", "id\ndata: x\n\n", [{ data: "x", id: "" }]],
  [
    "retry takes digits only",
    "retry: 1a\ndata: x\n\nretry: -1\ndata: y\n\nretry:\ndata: z\n\n",
    [{ data: "x" }, { data: "y" }, { data: "z" }],
  ],
  ["a byte order mark at the start", "\uFEFFdata: a\n\n\uFEFFdata: b\n\n", [{ data: "a" }]],
  ["only one byte order mark", "\uFEFF\uFEFFdata: a\n\ndata: b\n\n", [{ data: "b" }]],
  ["a cut-off event is dropped", "data: a\n\ndata: b\n", [{ data: "a" }]],
  ["a cut-off line is dropped", "data: a\n\ndata: b", [{ data: "a" }]],
  ["colons in values", "data: a:b: c\n\n", [{ data: "a:b: c" }]],
  ["characters of one to four bytes", "data: aä€😀\n\n", [{ data: "aä€😀" }]],
  ["other Unicode line ends are text", "data: a\u2028b\u0085c\u000bd\n\n", [{ data: "a\u2028b\u0085c\u000bd" }]],
  ["nothing", "", []],
];

test.each(cases)("%s, with every line end and at every split", (_, text, want) => {
  for (const end of ["\n", "\r", "\r\n"]) {
    const bytes = encoder.encode(text.replaceAll("\n", end));
    for (let size = 1; size <= bytes.length + 1; size++) expect(read(cut(bytes, size))).toEqual(want);
    for (let at = 0; at <= bytes.length; at++) expect(read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(want);
  }
});

test("mixed line ends", () => {
  expect(read([encoder.encode("data: a\rdata: b\r\ndata: c\n\r\ndata: d\r\rdata: e\n\n")])).toEqual([
    { data: "a\nb\nc" },
    { data: "d" },
    { data: "e" },
  ]);
});

test("a CR dispatches at once, without waiting for what may be its LF", () => {
  expect(new SseDecoder().push(encoder.encode("data: a\r\r"))).toEqual([{ data: "a" }]);
});

test("invalid UTF-8 becomes U+FFFD", () => {
  const bytes = new Uint8Array([...encoder.encode("data: "), 0xff, 0x41, 0xe2, 0x82, ...encoder.encode("\n\n")]);
  for (let size = 1; size < 12; size++) expect(read(cut(bytes, size))).toEqual([{ data: "\uFFFDA\uFFFD" }]);
});

test("the last event id outlives events and comes without data too", () => {
  const decoder = new SseDecoder();
  read([encoder.encode("id: 1\ndata: a\n\ndata: b\n\n")], decoder);
  expect(decoder.lastEventId).toBe("1");
  read([encoder.encode("id: 2\n\nid: 3\n")], decoder);
  expect(decoder.lastEventId).toBe("2");
  read([encoder.encode("retry: 7\n\n")], decoder);
  expect(decoder.reconnectionMs).toBe(7);
});

test("any chunking of any text gives the same events", () => {
  const piece = fc.constantFrom(
    "data: a",
    "data",
    "event: e",
    "id: 1",
    "id: \0",
    "retry: 5",
    ":",
    "\uFEFF",
    "ä€😀",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    " ",
    "x",
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }),
      (pieces, sizes) => {
        const bytes = encoder.encode(pieces.join(""));
        const chunks: Uint8Array[] = [];
        let start = 0;
        for (let turn = 0; start < bytes.length; turn++) {
          const size = (sizes[turn % sizes.length] ?? 0) + (turn % 3 === 2 ? 1 : 0);
          chunks.push(bytes.subarray(start, start + size));
          start += size;
        }
        expect(read(chunks)).toEqual(read([bytes]));
      },
    ),
    { numRuns: 2000 },
  );
});

test("limits hold for a line and for the lines of an event together", () => {
  const line = encoder.encode(`data: ${"x".repeat(100)}\n`);
  expect(() => read([line], new SseDecoder(50))).toThrow(StreamLimitError);
  expect(() => read(cut(line, 1), new SseDecoder(50))).toThrow(StreamLimitError);
  expect(() => read([line, line, line], new SseDecoder(250))).toThrow(StreamLimitError);
  expect(() =>
    read(
      Array.from({ length: 200 }, () => encoder.encode("data\n")),
      new SseDecoder(500),
    ),
  ).toThrow(StreamLimitError);
  const short = encoder.encode("data: x\n\n");
  expect(
    read(
      Array.from({ length: 200 }, () => short),
      new SseDecoder(50),
    ),
  ).toHaveLength(200);
});

test("a big event that comes byte by byte takes linear time", () => {
  // If each byte went through all that came before, these were two million million steps: the test's time is up.
  const size = 2_000_000;
  expect(read(cut(encoder.encode(`data: ${"x".repeat(size)}\n\n`), 1))[0]?.data.length).toBe(size);
});

test("decode reads async iterables and streams", async () => {
  const bytes = encoder.encode("data: a\n\ndata: b\n\n");
  const events: SseEvent[] = [];
  for await (const event of decode(new Blob([bytes]).stream(), new SseDecoder())) events.push(event);
  for await (const event of decode(
    (async function* () {
      yield* cut(bytes, 3);
    })(),
    new SseDecoder(),
  ))
    events.push(event);
  expect(events.map(({ data }) => data).join("")).toBe("abab");
});
