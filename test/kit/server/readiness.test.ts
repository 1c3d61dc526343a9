import { describe, expect, it, onTestFinished } from "vitest";
import type { ServerOptions } from "../../../kit/src/server/index.js";
import { hosts } from "./hosts.js";
import { SampleServer } from "./service.js";

const readiness = "/ready";
const locked: ServerOptions = { auth: { mode: "required", schemes: { Jwt: () => undefined } } };

class Waiting extends SampleServer {
  obstacle: string | undefined = "It is starting.";
  protected override async checkReadiness(): Promise<string | undefined> {
    if (this.obstacle === "crash") throw new Error("secret");
    return this.obstacle;
  }
}

describe.each(Object.entries(hosts))("readiness on %s", (_, start) => {
  it("is for anybody, whoever may call otherwise", async () => {
    const host = await start(new SampleServer({ ...locked, readiness }));
    onTestFinished(() => host.stop());
    const { status, text, headers } = await host.send("/ready");
    expect({ status, text }).toEqual({ status: 200, text: '{"status":"ready"}' });
    expect(headers["cache-control"]).toBe("no-store");
    expect((await host.send("/ready", { method: "POST", body: "x" })).status).toBe(405);
    expect((await host.send("/ready/below")).status).toBe(401);
    expect((await host.send("/v1/runs")).status).toBe(401);
  });

  it("is 503 with the reason while there is one, and 200 again after it", async () => {
    const server = new Waiting({ readiness });
    const host = await start(server);
    onTestFinished(() => host.stop());
    const waiting = await host.send("/ready");
    expect([waiting.status, JSON.parse(waiting.text)]).toMatchObject([
      503,
      { error: { code: "unavailable", message: "It is starting.", retryable: true } },
    ]);
    server.obstacle = "crash";
    const crashed = await host.send("/ready");
    expect(crashed.status).toBe(503);
    expect(crashed.text).not.toContain("secret");
    server.obstacle = undefined;
    expect((await host.send("/ready")).status).toBe(200);
  });
});

it("is 503 as soon as the server closes", async () => {
  const server = new SampleServer({ readiness });
  const ask = async () => (await server.fetch(new Request("http://localhost/ready"))).status;
  expect(await ask()).toBe(200);
  const closing = server.close();
  expect(await ask()).toBe(503);
  await closing;
});

it("is nowhere unless it is asked for", async () => {
  const server = new SampleServer();
  expect(server.has("/ready")).toBe(false);
  expect((await server.fetch(new Request("http://localhost/ready"))).status).toBe(404);
  expect(new SampleServer({ readiness }).has("/ready")).toBe(true);
});

it.each([
  ["/v1/health", /the contract has the path "\/v1\/health"/],
  ["/extra/ready", /a mount has the path "\/extra\/ready"/],
  ["ready", /no path such as/],
  ["/ready?x", /no path such as/],
])("cannot be at %s", (path, message) => {
  const extra = { methods: ["GET"], handle: () => ({ status: 204, headers: {} }) };
  expect(() => new SampleServer({ readiness: path, mounts: { "/extra": extra } })).toThrow(message);
});
