/** Where the daemon sends a run: one rule of `runtime_selector` a test. */
import type { RunStatus } from "@agentwire/models/runtime";
import { RuntimeServer } from "@agentwire/server/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import { DaemonService } from "../../../services/src/daemon/service.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { type Answer, ask, askJson } from "../raw.js";
import { listen } from "../support.js";
import { expectEnvelope, expectJson } from "./schemas.js";
import { EXTERNAL, reached, startRuntime, startWorld } from "./world.js";

const goal = { input: { goal: "6 * 7" } };

/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:9";

function submit(daemon: string, runtime_selector?: object, run_id = "r"): Promise<Answer> {
  return askJson(daemon, "/v1/runs", { run_id, ...goal, ...(runtime_selector ? { runtime_selector } : {}) });
}

async function register(daemon: string, runtime_api_endpoint: string, more: object = {}): Promise<string> {
  const registered = await askJson(daemon, "/v1/instances:register", { runtime_api_endpoint, ...more });
  expectJson(registered, 200, "daemon/instance-register-response");
  return registered.json.instance.instance_id;
}

/** A runtime that tells what it was asked to do. */
async function startWitness() {
  const asked: object[] = [];
  class Witness extends RuntimeServer {
    override createRun = ({ body }: { body: { run_id?: string } }): RunStatus => {
      asked.push(body);
      return this.getRunStatus({ path: { run_id: String(body.run_id) } });
    };
    override getRunStatus = ({ path }: { path: { run_id: string } }): RunStatus => {
      return { ...path, state: "succeeded", ended_at: new Date().toISOString() };
    };
    override getRunResult = ({ path }: { path: { run_id: string } }) => ({ ...path, ok: true });
  }
  return { asked, url: await listen(new Witness()) };
}

describe("runtime_selector.runtime_api_endpoint", () => {
  it("alone: used directly, whatever the daemon knows", async () => {
    const daemon = await listen(new DaemonService());
    const { asked, url } = await startWitness();
    const submitted = await submit(daemon, { runtime_api_endpoint: url });
    expectJson(submitted, 202, "runtime/run-status");
    expect(submitted.json).not.toHaveProperty("runtime_instance_id");
    expect((await reached(daemon, "r")).json.state).toBe("succeeded");
    expect(asked).toHaveLength(1);
    expect((await ask(daemon, "/v1/instances")).json.instances).toEqual([]);
  });

  it("with a slash at its end, as the protocol's client writes it: the same", async () => {
    const daemon = await listen(new DaemonService());
    const { asked, url } = await startWitness();
    await submit(daemon, { runtime_api_endpoint: `${url}/` });
    await reached(daemon, "r");
    expect(asked).toHaveLength(1);
  });

  it("with any other member: 400", async () => {
    const { daemon, runtime } = await startWorld();
    for (const other of [{ instance_id: "i" }, { runtime_name: EXTERNAL }, { runtime_profile: "plain" }]) {
      const selector = { runtime_api_endpoint: runtime, ...other };
      expectEnvelope(await submit(daemon, selector), 400, "invalid_request");
    }
    expectEnvelope(await ask(daemon, "/v1/runs/r"), 404, "not_found");
  });

  it("that the operator does not allow: 403; that is no http address: 400", async () => {
    const daemon = await listen(new DaemonService());
    for (const outside of [
      "http://169.254.169.254",
      "http://10.0.0.1:8081",
      "https://example.com",
      "http://0.0.0.0:1",
    ]) {
      expectEnvelope(await submit(daemon, { runtime_api_endpoint: outside }), 403, "forbidden");
      const registered = await askJson(daemon, "/v1/instances:register", { runtime_api_endpoint: outside });
      expectEnvelope(registered, 403, "forbidden");
    }
    for (const wrong of ["ftp://127.0.0.1", "file:///etc/passwd", "http://u:p@127.0.0.1", "127.0.0.1:1", "", "/v1"]) {
      expectEnvelope(await submit(daemon, { runtime_api_endpoint: wrong }), 400, "invalid_request");
    }
  });
});

describe("runtime_selector.instance_id", () => {
  it("of an instance: that one", async () => {
    const { daemon } = await startWorld();
    const { asked, url } = await startWitness();
    const instance_id = await register(daemon, url);
    const submitted = await submit(daemon, { instance_id });
    expectJson(submitted, 202, "runtime/run-status");
    expect(submitted.json.runtime_instance_id).toBe(instance_id);
    await reached(daemon, "r");
    expect(asked).toHaveLength(1);
  });

  it("unknown: 404", async () => {
    const { daemon } = await startWorld();
    expectEnvelope(await submit(daemon, { instance_id: "none" }), 404);
  });

  it("of one that is not ready: 409, retryable", async () => {
    const { daemon } = await startWorld();
    const instance_id = await register(daemon, NOWHERE);
    const refused = await submit(daemon, { instance_id });
    expectEnvelope(refused, 409);
    expect(refused.json.error.retryable).toBe(true);
  });
});

describe("runtime_selector.runtime_profile and runtime_name", () => {
  it("choose among instances: both must fit", async () => {
    const { daemon } = await startWorld();
    const [one, two] = [await startWitness(), await startWitness()];
    await register(daemon, one.url, { runtime_name: "n", runtime_profile: "p" });
    await register(daemon, two.url, { runtime_name: "n", runtime_profile: "q" });
    for (const [index, selector] of [{ runtime_profile: "q" }, { runtime_name: "n", runtime_profile: "q" }].entries()) {
      await submit(daemon, selector, `r${index}`);
      await reached(daemon, `r${index}`);
    }
    expect([one.asked.length, two.asked.length]).toEqual([0, 2]);
  });

  it("that nothing fits: 404", async () => {
    const { daemon } = await startWorld();
    for (const selector of [
      { runtime_name: "none" },
      { runtime_profile: "plain" },
      { runtime_name: EXTERNAL, runtime_profile: "other" },
    ]) {
      expectEnvelope(await submit(daemon, selector), 404);
    }
  });

  it("that fit only instances which are not ready: 409, retryable, although others are", async () => {
    const { daemon } = await startWorld();
    await register(daemon, NOWHERE, { runtime_name: "down" });
    const refused = await submit(daemon, { runtime_name: "down" });
    expectEnvelope(refused, 409);
    expect(refused.json.error.retryable).toBe(true);
  });
});

describe("no runtime_selector", () => {
  it("takes any instance that is ready, not one that is down", async () => {
    const daemon = await listen(new DaemonService());
    await register(daemon, NOWHERE);
    const { asked, url } = await startWitness();
    const ready = await register(daemon, url);
    for (const [index, selector] of [undefined, {}].entries()) {
      expect((await submit(daemon, selector, `r${index}`)).json.runtime_instance_id).toBe(ready);
      await reached(daemon, `r${index}`);
    }
    expect(asked).toHaveLength(2);
  });

  it("takes the one that has least to do", async () => {
    const daemon = await listen(new DaemonService());
    const waiting = new Promise<void>((resolve) => onTestFinished(() => resolve()));
    const busy = async () => {
      const service = new RuntimeService({
        executor: async function* () {
          yield { type: "step", data: {} };
          await waiting;
          return {};
        },
      });
      return await register(daemon, await listen(service));
    };
    const instances = [await busy(), await busy(), await busy()];
    const chosen: string[] = [];
    for (const run_id of ["a", "b", "c"])
      chosen.push((await submit(daemon, undefined, run_id)).json.runtime_instance_id);
    expect(chosen.sort()).toEqual([...instances].sort());
  });

  it("without any instance: 404; with none that is ready: 409", async () => {
    const daemon = await listen(new DaemonService());
    expectEnvelope(await submit(daemon), 404);
    await register(daemon, NOWHERE);
    expectEnvelope(await submit(daemon), 409);
  });
});

describe("what is forwarded", () => {
  it("is the request under the same run_id, which the runtime keeps", async () => {
    const { daemon } = await startWorld();
    const { asked, url } = await startWitness();
    await register(daemon, url, { runtime_name: "witness" });
    const more = { limits: { max_steps: 2 }, tool_policy: { allow_tool_ids: [] }, extensions: { "a.b": [null] } };
    const runtime_selector = { runtime_name: "witness" };
    await askJson(daemon, "/v1/runs", { run_id: "mine", ...goal, ...more, runtime_selector });
    await reached(daemon, "mine");
    expect(asked).toEqual([expect.objectContaining({ run_id: "mine", ...goal, ...more })]);
    const { json } = await askJson(daemon, "/v1/runs", { ...goal, runtime_selector });
    await reached(daemon, json.run_id);
    expect(asked[1]).toMatchObject({ run_id: json.run_id });
  });

  it("a runtime pays no heed to a selector that reaches it", async () => {
    const runtime = await startRuntime();
    for (const runtime_selector of [{ instance_id: "other" }, { runtime_api_endpoint: NOWHERE, runtime_name: "x" }]) {
      const created = await askJson(runtime, "/v1/runs", { ...goal, runtime_selector });
      expectJson(created, 200, "runtime/run-status");
      expect((await reached(runtime, created.json.run_id)).json.state).toBe("succeeded");
    }
  });
});
