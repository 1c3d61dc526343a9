/** `/ready` of the services: whether to send them requests. */
import { describe, expect, it, onTestFinished } from "vitest";
import { DaemonService } from "../../services/src/daemon/service.js";
import { RuntimeService } from "../../services/src/runtime/service.js";
import { SessionService } from "../../services/src/session/service.js";
import { startStack } from "../../services/src/stack.js";
import { IN_MEMORY, openSqlite } from "../../services/src/storage/sqlite/storage.js";
import { type Storage, StorageError } from "../../services/src/storage/storage.js";
import { eventually, listen } from "./support.js";

const statusOf = async (url: string): Promise<number> => (await fetch(`${url}/ready`)).status;

/** A storage whose disk may be full, and that may be slow to list what it has. */
async function moodyStorage() {
  const storage = await openSqlite(IN_MEMORY);
  onTestFinished(() => storage.close());
  const mood = { isFull: false, untilListed: Promise.resolve() };
  const moody: Storage = {
    location: storage.location,
    count: (...query) => storage.count(...query),
    get: (...key) => storage.get(...key),
    events: (...part) => storage.events(...part),
    length: (stream) => storage.length(stream),
    close: () => storage.close(),
    commit: (change) =>
      mood.isFull ? Promise.reject(new StorageError("full", "no space is left")) : storage.commit(change),
    list: async <Body>(...query: Parameters<Storage["list"]>) => {
      await mood.untilListed;
      return await storage.list<Body>(...query);
    },
  };
  return { mood, moody };
}

it("is 200 at every service of the stack, without a token where tokens are asked for", async () => {
  const auth = { mode: "required", issuer: "http://127.0.0.1:9", audience: "agents" } as const;
  const ports = { runtime: 0, "tool-registry": 0, daemon: 0, session: 0 };
  const stack = await startStack({ ports, auth, services: ["tool-registry", "runtime", "session"] }, { logger: false });
  onTestFinished(() => stack.close());
  const urls = Object.values(stack.urls);
  expect(urls.length).toBe(3);
  expect(await Promise.all(urls.map(statusOf))).toEqual([200, 200, 200]);
});

describe.each([
  ["runtime", (storage: Storage) => new RuntimeService({ storage }), "/v1/runs", { input: { goal: "x" } }],
  [
    "daemon",
    (storage: Storage) => new DaemonService({ storage }),
    "/v1/instances:register",
    { runtime_api_endpoint: "http://127.0.0.1:9" },
  ],
  [
    "session operator",
    (storage: Storage) => new SessionService({ storage, adminToken: "admin" }),
    "/_admin/agents",
    { handle: "@alice.test" },
  ],
] as const)("a %s", (name, make, path, body) => {
  it("is not ready before what it has kept is read", async () => {
    const { mood, moody } = await moodyStorage();
    let listed = (): void => undefined;
    mood.untilListed = new Promise((resolve) => (listed = resolve));
    const url = await listen(make(moody));
    expect(await statusOf(url)).toBe(503);
    listed();
    await eventually(
      () => statusOf(url),
      (status) => status === 200,
    );
  });

  it("is not ready from a failure of its storage on, until that works again", async () => {
    const { mood, moody } = await moodyStorage();
    const url = await listen(make(moody));
    await eventually(
      () => statusOf(url),
      (status) => status === 200,
    );
    mood.isFull = true;
    const headers = { "content-type": "application/json", authorization: "Bearer admin" };
    const post = () => fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect((await post()).status).toBe(503);
    const answer = await fetch(`${url}/ready`);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining("storage cannot be used")]);
    mood.isFull = false;
    expect(await statusOf(url)).toBe(200);
    expect((await post()).ok).toBe(true);
  });

  // The health of an operator, which is the protocol's, has no word for it.
  if (name === "session operator") return;

  it("says in its health that the storage has failed", async () => {
    const { mood, moody } = await moodyStorage();
    const url = await listen(make(moody));
    mood.isFull = true;
    const headers = { "content-type": "application/json" };
    await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    const health = (await (await fetch(`${url}/v1/health`)).json()) as { status: string; checks: object[] };
    expect(health.status).toBe("degraded");
    expect(health.checks).toContainEqual(expect.objectContaining({ status: "down" }));
  });
});

it("is 503 at a runtime that still waits for the ends of its runs to be kept", async () => {
  const { mood, moody } = await moodyStorage();
  const service = new RuntimeService({ storage: moody });
  await service.ready();
  const ask = async () => (await service.fetch(new Request("http://localhost/ready"))).status;
  expect(await ask()).toBe(200);
  mood.isFull = true;
  const closing = service.close();
  expect(await ask()).toBe(503);
  await closing;
});
