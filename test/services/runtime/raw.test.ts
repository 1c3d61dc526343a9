import { describe, expect, it } from "vitest";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { listen } from "../support.js";

/** What clients of other makers send, without ours in between. */
describe("the runtime wire", () => {
  const post = (url: string, body?: string) =>
    fetch(url, {
      method: "POST",
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body }),
    });

  it("is SSE with seq as the id, one line of JSON each, and ends by itself", async () => {
    const url = await listen(new RuntimeService());
    await post(`${url}/v1/runs`, '{"run_id":"r","input":{"goal":"x"}}');
    const response = await fetch(`${url}/v1/runs/r/events`, { headers: { "last-event-id": "0" } });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const messages = (await response.text()).trim().split("\n\n");
    expect(messages[0]).toMatch(/^id: 1\ndata: \{"run_id":"r","seq":1,.*\}$/);
    expect(messages.at(-1)).toContain('"type":"final"');
    expect(messages.every((message) => !message.includes("event:"))).toBe(true);
    const lines = await fetch(`${url}/v1/runs/r/events`, { headers: { accept: "application/x-ndjson" } });
    expect((await lines.text()).trim().split("\n")).toHaveLength(messages.length + 1);
  });

  it("takes a cancel with and without a body, and has envelopes for everything else", async () => {
    const url = await listen(new RuntimeService());
    await post(`${url}/v1/runs`, '{"run_id":"r","input":{"goal":"x"}}');
    expect((await post(`${url}/v1/runs/r:cancel`)).status).toBe(200);
    expect((await post(`${url}/v1/runs/r%3Acancel:cancel`, "{}")).status).toBe(404);
    expect((await post(`${url}/v1/runs/r:cancel`, "{}")).status).toBe(200);
    for (const [path, status] of [
      ["/v1/runs/none", 404],
      ["/v1/nowhere", 404],
      ["/v1/health", 405],
      ["/v1/runs", 400],
    ] as const) {
      const response = await (status === 404 ? fetch(`${url}${path}`) : post(`${url}${path}`, "{}"));
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
    }
  });
});
