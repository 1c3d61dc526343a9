import { describe, expect, it } from "vitest";
import type { UniversalResponse } from "../../../kit/src/server/index.js";
import { SampleServer } from "./service.js";

const { signal } = new AbortController();

async function chunksOf({ body }: UniversalResponse): Promise<{ chunks: string[]; failed: boolean }> {
  const chunks: string[] = [];
  try {
    for await (const chunk of body as AsyncIterable<string>) chunks.push(chunk);
    return { chunks, failed: false };
  } catch {
    return { chunks, failed: true };
  }
}

describe("items that are gathered", () => {
  const server = new SampleServer({ streams: { gather: 5 }, logger: false });
  const open = async (id: string) =>
    chunksOf(await server.handle({ method: "GET", target: `/v1/runs/${id}/events`, headers: {}, signal }));

  it("leave together, in their order and nothing else", async () => {
    const { chunks, failed } = await open("three");
    expect(chunks).toEqual(['id: 0\ndata: {"seq":0}\n\n', 'id: 1\ndata: {"seq":1}\n\nid: 2\ndata: {"seq":2}\n\n']);
    expect(failed).toBe(false);
  });

  it("leave before a failure that comes after them", async () => {
    const { chunks, failed } = await open("bad");
    expect([chunks.join(""), failed]).toEqual(['id: 0\ndata: {"seq":0}\n\nid: 1\ndata: {"seq":1}\n\n', true]);
  });

  it("do not wait for a stream that has turned quiet", async () => {
    const { body } = await server.handle({ method: "GET", target: "/v1/runs/quiet/events", headers: {}, signal });
    const iterator = (body as AsyncIterable<string>)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: ":\n\n" });
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});
