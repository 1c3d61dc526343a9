/** The daemon as `agentwire up` runs it: configured, with auth, and on a folder. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import { bearer } from "@agentwire/kit/client";
import { Ajv2020 } from "ajv/dist/2020.js";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { StackConfig } from "../../../services/src/config/config.js";
import { stackSchema } from "../../../services/src/config/schema.js";
import { startStack } from "../../../services/src/stack.js";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import { collect, eventually, refused } from "../support.js";
import { beside, ended } from "./daemons.js";

afterAll(cleanUp);

const ports = { runtime: 0, "tool-registry": 0, daemon: 0, session: 0 };

async function up(config: StackConfig = {}) {
  const stack = await startStack({ ports, ...config }, { logger: false });
  onTestFinished(() => stack.close());
  return { stack, url: String(stack.urls.daemon) };
}

/** An issuer of tokens, with one for somebody. */
async function issue() {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "k", alg: "RS256" }];
  const server = createServer((_, response) => response.end(JSON.stringify({ keys }))).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const claims = { sub: "alice", iss: issuer, aud: "stack", exp: Math.floor(Date.now() / 1000) + 300 };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "k" }).sign(privateKey);
  return { token, auth: { mode: "required", issuer, audience: "stack", jwks_uri: `${issuer}/jwks` } as const };
}

describe("the daemon in the stack", () => {
  it("with tokens: instances ask for them too, and reach the tools; callers follow runs with their own", async () => {
    const { token, auth } = await issue();
    const { url } = await up({ auth });
    const client = new DaemonClient({ baseUrl: url, auth: bearer(token) });
    await refused(new DaemonClient({ baseUrl: url }).listInstances(), 401, "unauthorized");
    const { instances } = await client.createInstances({ body: { runtime_profile: "planner" } });
    const runtime_selector = { instance_id: String(instances[0]?.instance_id) };
    const { run_id } = await client.submitRun({ body: { input: { goal: "6 * 7" }, runtime_selector } });
    const path = { run_id };
    expect(await eventually(() => client.getRunStatus({ path }), ended)).toMatchObject({ state: "succeeded" });
    expect((await client.getRunResult({ path })).output?.["answer"]).toContain("6 * 7 = 42.");
    const baseUrl = String(instances[0]?.runtime_api_endpoint);
    const events = await collect(new RuntimeClient({ baseUrl, auth: bearer(token) }).streamRunEvents({ path }));
    expect(events.at(-1)?.type).toBe("final");
    await refused(new RuntimeClient({ baseUrl }).getRunStatus({ path }), 401, "unauthorized");
    const own = await client.submitRun({
      body: { input: { goal: "1 + 1" }, runtime_selector: { runtime_name: "agentwire-runtime" } },
    });
    await eventually(() => client.getRunStatus({ path: { run_id: own.run_id } }), ended);
    expect(await client.getRunResult({ path: { run_id: own.run_id } })).toMatchObject({ ok: true });
  });

  it("on a folder: it finds its instances again, and knows the stack's runtime once, wherever that is now", async () => {
    const data = join(temporaryFolder(), "data");
    const first = await up({ data });
    const before = new DaemonClient({ baseUrl: first.url });
    const { instances } = await before.createInstances({ body: { runtime_profile: "planner" } });
    await first.stack.close();
    const second = await up({ data });
    const found = (await new DaemonClient({ baseUrl: second.url }).listInstances()).instances;
    expect(found.map(({ managed }) => managed)).toEqual([true, false]);
    expect(found[0]?.instance_id).toBe(instances[0]?.instance_id);
    expect(found[1]?.runtime_api_endpoint).toBe(second.stack.urls.runtime);
  });

  it("starts what its configuration says, and lets callers name what it allows", async () => {
    const module = beside("agents/agents.mjs");
    const config: StackConfig = {
      daemon: {
        profiles: {
          mine: { kind: "runtime", description: "Ours.", executor: { kind: "function", module, export: "talker" } },
          other: { kind: "command", command: process.execPath, args: [beside("agents/program.mjs"), "{port}"] },
        },
        default_driver: false,
        allow_hosts: ["example.org:8080"],
        max_instances: 4,
        drain_timeout_ms: 100,
      },
    };
    const isValid = new Ajv2020({ strict: false, discriminator: true }).compile(stackSchema);
    expect(isValid(config), JSON.stringify(isValid.errors)).toBe(true);
    const hostile = { kind: "command", command: "sh", shell: true };
    expect(isValid({ daemon: { profiles: { mine: hostile } } })).toBe(false);
    const { url } = await up(config);
    const client = new DaemonClient({ baseUrl: url });
    const { profiles } = await client.listRuntimeProfiles();
    expect(profiles.map(({ runtime_profile }) => runtime_profile)).toEqual(["mine", "other"]);
    for (const runtime_profile of ["mine", "other"]) {
      const { instances } = await client.createInstances({ body: { runtime_profile } });
      expect(instances).toMatchObject([{ state: "ready", runtime_profile }]);
    }
    const register = (runtime_api_endpoint: string) => client.registerInstance({ body: { runtime_api_endpoint } });
    await refused(register("http://example.org:8081"), 403, "forbidden");
    await refused(register("http://example.org"), 403, "forbidden");
    expect((await register("http://127.0.0.1:1")).instance.state).toBe("error");
  });
});
