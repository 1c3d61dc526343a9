import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readdirSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { inspect } from "node:util";
import type { Logger } from "@agentwire/kit/server";
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { StackConfig } from "../../../services/src/config/config.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { type Stack, startStack } from "../../../services/src/stack.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import { type Answer, ask, askJson } from "../raw.js";
import { eventually, listen } from "../support.js";
import { AUDIENCE, Issuer, nowSeconds } from "./issuer.js";

afterAll(cleanUp);

const FREE = { runtime: 0, "tool-registry": 0, daemon: 0, session: 0 };

let issuer: Issuer;
/** What came to the servers of this process: the port, and the bearer token if there was one. */
let calls: { readonly port: number | undefined; readonly token: string | undefined }[];

beforeEach(async () => {
  issuer = await Issuer.start();
  calls = [];
  const look = (message: unknown) => {
    const { headers, socket } = (message as { request: IncomingMessage }).request;
    calls.push({ port: socket.localPort, token: headers.authorization?.split(" ")[1] });
  };
  subscribe("http.server.request.start", look);
  return async () => {
    unsubscribe("http.server.request.start", look);
    await issuer.down();
  };
});

/** The tokens that came, each once. */
function tokens(): string[] {
  return [...new Set(calls.flatMap(({ token }) => token ?? []))];
}

/** The tokens that came to an address, undefined for none. */
function tokensAt(url: string): unknown[] {
  const found = calls.filter(({ port }) => port === Number(new URL(url).port)).map(({ token }) => token);
  return [...new Set(found)];
}

async function start(config: StackConfig = {}, logger: Logger | false = false): Promise<Stack> {
  const auth = { mode: "required", issuer: issuer.url, audience: AUDIENCE } as const;
  const stack = await startStack({ ports: FREE, auth, ...config }, { logger });
  onTestFinished(() => stack.close());
  return stack;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** Calls a stack as somebody with a token of the issuer. */
async function callerOf(stack: Stack, token: string) {
  const urlOf = (name: "runtime" | "tool-registry" | "daemon") => String(stack.urls[name]);
  const get = (name: Parameters<typeof urlOf>[0], path: string) => ask(urlOf(name), path, bearer(token));
  const post = (name: Parameters<typeof urlOf>[0], path: string, body: object) =>
    askJson(urlOf(name), path, body, bearer(token));
  /** The result of a run, when it has one. */
  const run = async (name: "runtime" | "daemon", body: object): Promise<Answer["json"]> => {
    const created = await post(name, "/v1/runs", { input: { goal: "6 * 7" }, ...body });
    expect([200, 202]).toContain(created.status);
    const path = `/v1/runs/${created.json.run_id}/result`;
    return (
      await eventually(
        () => get(name, path),
        ({ status }) => status !== 409,
      )
    ).json;
  };
  return { get, post, run };
}

/** What the services of a stack showed each other. */
async function internalTokens(stack: Stack, token: string): Promise<string[]> {
  const caller = await callerOf(stack, token);
  expect(await caller.run("runtime", {})).toMatchObject({ ok: true });
  return tokens().filter((one) => one !== token);
}

describe("a stack with auth", () => {
  it("wants a token of every caller at every service", async () => {
    const stack = await start();
    for (const [name, path] of [
      ["runtime", "/v1/runs/x"],
      ["tool-registry", "/v1/tools"],
      ["tool-registry", "/mcp"],
      ["daemon", "/v1/instances"],
    ] as const) {
      expect((await ask(String(stack.urls[name]), path)).status).toBe(401);
      expect((await ask(String(stack.urls[name]), path, bearer("x"))).status).toBe(401);
    }
  });

  it("has services that may call each other: runs use tools at the runtime, by the daemon, and on its instances", async () => {
    const stack = await start();
    const caller = await callerOf(stack, await issuer.token());
    const created = await caller.post("daemon", "/v1/instances", { runtime_profile: "planner" });
    const { instance_id } = created.json.instances[0];
    for (const [name, body] of [
      ["runtime", {}],
      ["daemon", { runtime_selector: { runtime_name: "agentwire-runtime" } }],
      ["daemon", { runtime_selector: { instance_id } }],
    ] as const) {
      const { ok, output } = await caller.run(name, body);
      expect([ok, output?.answer]).toEqual([true, expect.stringContaining("6 * 7 = 42.")]);
    }
  });

  it("has instances that want a token too: the caller's is good there, and none is not", async () => {
    const stack = await start();
    const token = await issuer.token();
    const caller = await callerOf(stack, token);
    const created = await caller.post("daemon", "/v1/instances", { runtime_profile: "planner" });
    const url = created.json.instances[0].runtime_api_endpoint;
    expect((await ask(url, "/v1/runs/none")).status).toBe(401);
    expect((await ask(url, "/v1/runs/none", bearer("x"))).status).toBe(401);
    expect((await ask(url, "/v1/runs/none", bearer(token))).status).toBe(404);
    expect((await ask(url, "/v1/health")).status).toBe(200);
  });

  it("has one token among its services, which is another in the next stack, and good for nothing there", async () => {
    const first = await start();
    const [internal, ...others] = await internalTokens(first, await issuer.token());
    expect(others).toEqual([]);
    const ports = Object.fromEntries(
      Object.entries(first.urls).map(([name, url]) => [name, Number(new URL(url).port)]),
    );
    expect((await ask(String(first.urls.daemon), "/v1/instances", bearer(String(internal)))).status).toBe(200);
    await first.close();
    calls = [];
    const second = await start({ ports });
    expect(second.urls).toEqual(first.urls);
    for (const [name, path] of [
      ["runtime", "/v1/runs/x"],
      ["tool-registry", "/v1/tools"],
      ["daemon", "/v1/instances"],
    ] as const) {
      expect((await ask(String(second.urls[name]), path, bearer(String(internal)))).status).toBe(401);
    }
    calls = [];
    expect(await internalTokens(second, await issuer.token())).not.toContain(internal);
  });

  it("fetches the keys of its issuer once, for all services", async () => {
    const stack = await start();
    const caller = await callerOf(stack, await issuer.token());
    await caller.get("runtime", "/v1/runs/x");
    await caller.get("tool-registry", "/v1/tools");
    await caller.get("daemon", "/v1/instances");
    expect(issuer.fetched).toEqual({ discovery: 1, keys: 1 });
  });

  it("does not depend on the issuer among its services", async () => {
    const stack = await start();
    const token = await issuer.token();
    const caller = await callerOf(stack, token);
    await caller.get("daemon", "/v1/instances");
    await issuer.down();
    expect(await caller.run("runtime", {})).toMatchObject({ ok: true });
  });
});

describe("the token of the services", () => {
  it("does not go to a registry elsewhere, though the configuration names it", async () => {
    const elsewhere = await listen(new ToolRegistryService());
    const stack = await start({ runtime: { tool_registry_url: elsewhere } });
    const caller = await callerOf(stack, await issuer.token());
    await caller.run("runtime", {});
    expect(tokensAt(elsewhere)).toEqual([undefined]);
  });

  it("does not go to runtimes that callers name", async () => {
    const [one, other] = [await listen(new RuntimeService()), await listen(new RuntimeService())];
    const stack = await start();
    const caller = await callerOf(stack, await issuer.token());
    await caller.run("daemon", { runtime_selector: { runtime_api_endpoint: one } });
    const registered = await caller.post("daemon", "/v1/instances:register", { runtime_api_endpoint: other });
    const { instance_id } = registered.json.instance;
    await caller.run("daemon", { runtime_selector: { instance_id } });
    expect([tokensAt(one), tokensAt(other)]).toEqual([[undefined], [undefined]]);
  });

  it("does not go to registries that callers name", async () => {
    const elsewhere = await listen(new ToolRegistryService());
    const stack = await start();
    const caller = await callerOf(stack, await issuer.token());
    const body = { runtime_profile: "planner", overrides: { tool_registry_url: elsewhere } };
    const { instance_id } = (await caller.post("daemon", "/v1/instances", body)).json.instances[0];
    await caller.run("daemon", { runtime_selector: { instance_id } });
    expect(tokensAt(elsewhere)).toEqual([undefined]);
  });
});

describe("tokens", () => {
  it("are in no log, event, trace, result, error or file", async () => {
    const { lines, logger } = notes();
    const data = temporaryFolder();
    const stack = await start({ data }, logger);
    const token = await issuer.token();
    const caller = await callerOf(stack, token);
    const answers: Answer[] = [];
    const run = await caller.post("runtime", "/v1/runs", { run_id: "watched", input: { goal: "6 * 7" } });
    answers.push(run, await caller.get("runtime", "/v1/runs/watched/events"));
    const instances = await caller.post("daemon", "/v1/instances", { runtime_profile: "planner" });
    const { instance_id } = instances.json.instances[0];
    await caller.run("daemon", { run_id: "traced", runtime_selector: { instance_id } });
    for (const path of ["trace", "result"]) answers.push(await caller.get("daemon", `/v1/runs/traced/${path}`));
    answers.push(await caller.get("daemon", "/v1/instances"), await caller.get("daemon", "/v1/health"));
    const args = { expression: "1 / 0" };
    const invocation = { invocation_id: "i", tool_id: "calc", args };
    answers.push(await caller.post("tool-registry", "/v1/tool-invocations", invocation));
    const internal = tokens().filter((one) => one !== token);
    const refused = [
      await issuer.token({ claims: { exp: nowSeconds() - 900 } }),
      await issuer.token({ claims: { aud: "other" } }),
      issuer.unsigned(),
      "opaque-but-secret",
    ];
    for (const name of ["runtime", "tool-registry", "daemon"] as const) {
      for (const bad of refused) answers.push(await ask(String(stack.urls[name]), `/v1/${bad}`, bearer(bad)));
    }
    await stack.close();
    const files = readdirSync(data, { recursive: true, encoding: "utf8" }).map((name) => join(data, name));
    const kept = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, "latin1"));
    expect(kept.some((text) => text.includes("traced"))).toBe(true);
    await issuer.down();
    const orphan = await start({}, logger);
    answers.push(await ask(String(orphan.urls.daemon), "/v1/instances", bearer(token)));
    expect(answers.at(-1)?.status).toBe(503);
    expect(lines.some((line) => line.includes("KeysUnavailable"))).toBe(true);
    const said = [...lines, ...kept, ...answers.map(({ headers, text }) => inspect(headers) + text)].join("\n");
    const secrets = [token, ...internal, ...refused, ...[stack, orphan].flatMap(({ adminToken }) => adminToken ?? [])];
    expect(internal).not.toEqual([]);
    for (const secret of secrets) {
      expect(said).not.toContain(secret);
      // Nor the part that makes it good.
      expect(said).not.toContain(secret.split(".").findLast((part) => part !== ""));
    }
  });
});

/** A logger that keeps all it is told, errors with their causes. */
function notes(): { lines: string[]; logger: Logger } {
  const lines: string[] = [];
  const loggerOf = (fields: object): Logger => {
    const note = (more: object, message?: string) =>
      void lines.push(inspect({ ...fields, ...more, message }, { depth: 20, showHidden: true }));
    return { debug: note, info: note, warn: note, error: note, child: (more) => loggerOf({ ...fields, ...more }) };
  };
  return { lines, logger: loggerOf({}) };
}
