import { expect, it } from "vitest";
import { type EagerIterator, shareItem, type UniversalResponse } from "../../../kit/src/server/index.js";
import { SampleServer } from "./service.js";

const { signal } = new AbortController();

/** Numbers up to a limit: some are there at once, the others when they are waited for. */
class Numbers implements EagerIterator<object>, AsyncIterable<object> {
  #next = 0;

  constructor(
    private readonly make: (seq: number) => object,
    private readonly ready: number,
    private readonly end: number,
  ) {}

  async next(): Promise<IteratorResult<object>> {
    if (this.#next >= this.end) return { done: true, value: undefined };
    return { done: false, value: this.make(this.#next++) };
  }

  takeReady(): object | undefined {
    return this.#next < this.ready ? this.make(this.#next++) : undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

async function chunksOf(items: AsyncIterable<object>, gather?: number): Promise<string[]> {
  const server = new SampleServer({ logger: false, ...(gather === undefined ? {} : { streams: { gather } }) });
  server.streamRunEvents = () => items as never;
  const answer: UniversalResponse = await server.handle({
    method: "GET",
    target: "/v1/runs/x/events",
    headers: {},
    signal,
  });
  const chunks: string[] = [];
  for await (const chunk of answer.body as AsyncIterable<string>) chunks.push(chunk);
  return chunks;
}

const frame = (seq: number) => `id: ${seq}\ndata: {"seq":${seq}}\n\n`;
const frames = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => frame(from + index));

it("what an iterator has ready goes out in one go, the rest as it comes, and nothing twice", async () => {
  const chunks = await chunksOf(new Numbers((seq) => ({ seq }), 5, 7));
  expect(chunks).toEqual([frames(0, 5).join(""), frame(5), frame(6)]);
});

it("what becomes ready while items are gathered goes with them", async () => {
  const chunks = await chunksOf(new Numbers((seq) => ({ seq }), 100, 103), 5);
  expect(chunks.join("")).toBe(frames(0, 103).join(""));
  expect(chunks.length).toBeLessThan(10);
});

it("a shared item is checked and encoded once for all of its readers", async () => {
  let reads = 0;
  const item = (seq: number) => ({
    get seq() {
      reads += 1;
      return seq;
    },
  });
  const alone = [item(0), item(1)];
  await chunksOf(new Numbers((seq) => alone[seq] as object, 2, 2));
  const once = reads;
  reads = 0;
  const shared = [shareItem(item(0)), shareItem(item(1))];
  const all = await Promise.all([1, 2, 3].map(() => chunksOf(new Numbers((seq) => shared[seq] as object, 2, 2))));
  expect(reads).toBe(once);
  for (const chunks of all) expect(chunks.join("")).toBe(frames(0, 2).join(""));
});
