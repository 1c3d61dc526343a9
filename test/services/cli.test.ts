/** The commands of the local stack as users call them: what they print, and how they end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { agentwire, bin, cleanUp, project, type run, temporaryFolder } from "../generator/tool.js";
import { type RunningStack, stackFolder, up } from "./load/stack.js";

afterAll(cleanUp);

describe("agentwire config", () => {
  it("prints what a configuration means, with everything that was left out, and no secret", async () => {
    const folder = project({
      "agentwire.stack.json": {
        data: "kept",
        tool_registry: {
          sources: [{ kind: "registry", name: "other", url: "http://127.0.0.1:1", token: { env: "PATH" } }],
        },
      },
    });
    const { code, stdout, stderr } = await agentwire(folder, "config");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      data: join(folder, "kept"),
      host: "127.0.0.1",
      services: ["tool-registry", "runtime", "daemon", "session"],
      ports: { runtime: 8081, "tool-registry": 8082, daemon: 8083, session: 8084 },
      auth: { mode: "disabled" },
      runtime: { executor: { kind: "planner" } },
    });
    expect(stdout).not.toContain(String(process.env["PATH"]));
  });

  it("reads YAML too, and --schema prints a schema that the printed configuration fits", async () => {
    const folder = project({ "stack.yaml": "data: kept\nruntime:\n  max_concurrent_runs: 3\n" });
    const { stdout } = await agentwire(folder, "config", "--config", "stack.yaml");
    const { stdout: schema } = await agentwire(folder, "config", "--schema");
    const { Ajv2020 } = await import("ajv/dist/2020.js");
    const validate = new Ajv2020({ strict: false, discriminator: true }).compile(JSON.parse(schema) as object);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({ runtime: { max_concurrent_runs: 3 } });
  });

  it("says all that is wrong, where, and what the option is for", async () => {
    const folder = project({
      "agentwire.stack.json": { prots: {}, ports: { runtime: 70_000 }, runtime: { executor: { kind: "magic" } } },
    });
    const { code, stderr } = await agentwire(folder, "up");
    expect(code).toBe(2);
    for (const part of [
      "agentwire.stack.json:2:",
      'no option "prots"',
      '"ports.runtime" must be <= 65535',
      "magic",
      "Default 8081",
    ]) {
      expect(stderr).toContain(part);
    }
  });

  it.each([
    [["up", "surface"], /no service "surface": choose from tool-registry, runtime, daemon, session/],
    [["up", "--port-base", "x"], /--port-base/],
    [["up", "--config", "missing.json"], /no file missing.json/],
    [["run", " "], /goal must not be empty/],
    [["run", "x", "--context", "[1]"], /--context takes a JSON object/],
    [["run", "x", "--timeout", "soon"], /--timeout takes milliseconds/],
    [["tools", "--call", "{}"], /--call needs the id of a tool/],
    [["runs", "--limit", "0"], /--limit/],
  ])("%j is refused with exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await agentwire(temporaryFolder(), ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("agentwire up", () => {
  it("that finds a port in use says which, leaves nothing behind, and ends with 1", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const folder = project({
      "agentwire.stack.json": { services: ["tool-registry", "runtime"], ports: { runtime: port, "tool-registry": 0 } },
    });
    const { code, stderr } = await agentwire(folder, "up");
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
  });

  it("refuses to be reached by others while nobody is asked for a token", async () => {
    const folder = project({
      "agentwire.stack.json": { host: "0.0.0.0", services: ["runtime"], ports: { runtime: 0 } },
    });
    const { code, stderr } = await agentwire(folder, "up");
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("auth is disabled") });
  });

  it("refuses tokens that are for nobody in particular", async () => {
    const env = { ...process.env, ARP_AUTH_MODE: "required", ARP_AUTH_ISSUER: "http://127.0.0.1:1" };
    const { stderr } = await runWith(env, "config");
    expect(stderr).toContain("ARP_AUTH_AUDIENCE");
  });

  it("says that another process has the database", async () => {
    const folder = stackFolder();
    const first = await up(folder, "runtime");
    const { code, stderr } = await agentwire(folder, "up", "runtime", "--port-base", "0");
    await first.kill("SIGTERM");
    expect(code).toBe(1);
    expect(stderr).toContain("is in use by another process");
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends by itself on %s, with 0", async (signal) => {
    const child = spawn(process.execPath, [bin, "up", "--port-base", "0"], {
      cwd: temporaryFolder(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      if (!text.includes("Ctrl-C") && (text + chunk).includes("Ctrl-C")) child.kill(signal);
      text += chunk;
    });
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(0);
    expect(text.split("\n").length).toBeLessThan(24);
    expect(text).toContain("Stopping.");
  });
});

describe("the token of a run through the daemon", () => {
  type Tokens = [service: string, authorization: string | undefined][];

  async function serveAs(name: string, tokens: Tokens, answer: (url: string) => object): Promise<string> {
    const server = createHttpServer((request, response) => {
      tokens.push([name, request.headers.authorization]);
      response.writeHead(request.method === "POST" ? 202 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer(String(request.url))));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    return String((server.address() as { port: number }).port);
  }

  /** Runs against a daemon that names a runtime; says who got which token, and what the user was told. */
  async function tokensOf(host: string, managed: boolean, more: (runtime: string) => string[] = () => []) {
    const tokens: Tokens = [];
    const endpoint = `http://${host}:${await serveAs("runtime", tokens, () => ({}))}`;
    const instance = { instance_id: "i", state: "ready", managed, runtime_api_endpoint: endpoint };
    const daemon = await serveAs("daemon", tokens, (url) =>
      url.endsWith("instances")
        ? { instances: [instance] }
        : { run_id: "r", state: "queued", runtime_instance_id: "i" },
    );
    const args = ["--daemon", `http://127.0.0.1:${daemon}`, "--token", "sesame", "--follow", ...more(endpoint)];
    const { stderr } = await agentwire(temporaryFolder(), "run", "x", ...args);
    const of = (service: string) => [...new Set(tokens.filter(([name]) => name === service).map(([, token]) => token))];
    return { daemon: of("daemon"), runtime: of("runtime"), stderr };
  }

  it.each(["localhost", "127.0.0.1"])("goes to no runtime at %s that somebody has registered", async (host) => {
    const { daemon, runtime, stderr } = await tokensOf(host, false);
    expect({ daemon, runtime }).toEqual({ daemon: ["Bearer sesame"], runtime: [undefined] });
    expect(stderr).toContain(`the token is not sent to the runtime at http://${host}:`);
  });

  it("goes to an instance that the daemon has started, on its host", async () => {
    const { runtime } = await tokensOf("127.0.0.1", true);
    expect(runtime).toEqual(["Bearer sesame"]);
  });

  it("goes to a runtime that the user names", async () => {
    const { runtime } = await tokensOf("localhost", false, (endpoint) => ["--url", endpoint]);
    expect(runtime).toEqual(["Bearer sesame"]);
  });
});

it("run --follow through the daemon says how a run ended that its runtime never had", async () => {
  const error = { code: "runtime.refused", message: "The runtime has refused the run." };
  const serve = async (answer: (url: string) => object | undefined): Promise<string> => {
    const server = createHttpServer((request, response) => {
      const body = answer(String(request.url));
      const status = body === undefined ? 404 : request.method === "POST" ? 202 : 200;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? { error: { code: "not_found", message: "There is no run." } }));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  const instance = { instance_id: "i", state: "ready", runtime_api_endpoint: await serve(() => undefined) };
  const answers: Record<string, object> = {
    "/v1/instances": { instances: [instance] },
    "/v1/runs": { run_id: "r", state: "queued", runtime_instance_id: "i" },
    "/v1/runs/r": { run_id: "r", state: "failed", ended_at: "2026-01-01T00:00:00Z", runtime_instance_id: "i" },
    "/v1/runs/r/result": { run_id: "r", ok: false, error },
  };
  const daemon = await serve((url) => answers[url]);
  const { code, stdout, stderr } = await agentwire(temporaryFolder(), "run", "x", "--daemon", daemon, "--follow");
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toContain("failed runtime.refused: The runtime has refused the run.");
});

describe("against a stack", () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await up(stackFolder({ runtime: {} }));
  });
  afterAll(() => stack.kill("SIGTERM"));

  const at = (service: string) => ["--url", String(stack.urls[service])];

  it("run --follow shows events as they come; the exit code is the run's", async () => {
    const good = await agentwire(temporaryFolder(), "run", "What is 6 * 7?", "--follow", ...at("runtime"));
    expect(good.code).toBe(0);
    for (const part of [
      "· work out 6 * 7",
      '→ calc {"expression":"6 * 7"}',
      '← {"value":42}',
      "6 * 7 = 42.",
      "succeeded",
    ]) {
      expect(good.stdout).toContain(part);
    }
    const bad = await agentwire(temporaryFolder(), "run", "x", "--timeout", "0", "--follow", ...at("runtime"));
    expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining("limits.timeout") });
  });

  it("run without --follow names the run; with --json it is for machines", async () => {
    const { stdout } = await agentwire(temporaryFolder(), "run", "x", "--json", "--run-id", "mine", ...at("runtime"));
    expect(JSON.parse(stdout)).toMatchObject({ run_id: "mine" });
    const events = await agentwire(temporaryFolder(), "run", "1 + 1", "--json", "--follow", ...at("runtime"));
    const lines = events.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { seq: number });
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
  });

  it("what strangers say cannot steer the terminal", async () => {
    const goal = "say \u001b[2J\u009b31m\u202e";
    const { stdout } = await agentwire(temporaryFolder(), "run", goal, "--follow", ...at("runtime"));
    expect(stdout).toContain("\\u001b[2J");
    expect(stdout).not.toMatch(/[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u);
  });

  it("tools lists, shows and calls; a call that fails ends with 1", async () => {
    const list = await agentwire(temporaryFolder(), "tools", ...at("tool-registry"));
    expect(list.stdout).toMatch(/^tool +source +description\necho/);
    const one = await agentwire(temporaryFolder(), "tools", "calc", ...at("tool-registry"));
    expect(JSON.parse(one.stdout)).toMatchObject({ tool_id: "calc", input_schema: {} });
    const call = await agentwire(
      temporaryFolder(),
      "tools",
      "calc",
      "--call",
      '{"expression":"2*3"}',
      ...at("tool-registry"),
    );
    expect(JSON.parse(call.stdout)).toEqual({ value: 6 });
    const failed = await agentwire(temporaryFolder(), "tools", "calc", "--call", "{}", ...at("tool-registry"));
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("tool.invalid_args") });
  });

  it("instances and runs list what the daemon knows, through which a run can go", async () => {
    const daemon = String(stack.urls["daemon"]);
    const ran = await agentwire(
      temporaryFolder(),
      "run",
      "2 * 21",
      "--daemon",
      daemon,
      "--run-id",
      "routed",
      "--follow",
    );
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("= 42") });
    const runs = await agentwire(temporaryFolder(), "runs", ...at("daemon"));
    expect(runs.stdout).toMatch(/routed +(succeeded|running)/);
    const one = await agentwire(temporaryFolder(), "runs", "routed", ...at("daemon"));
    expect(JSON.parse(one.stdout)).toMatchObject({ run_id: "routed" });
    const trace = await agentwire(temporaryFolder(), "runs", "routed", "--trace", ...at("daemon"));
    expect(trace.stdout).toContain("tool_call");
    const instances = await agentwire(temporaryFolder(), "instances", ...at("daemon"));
    expect(instances.stdout).toContain(String(stack.urls["runtime"]));
  });

  it("run --profile goes to an instance of the profile, started where there is none", async () => {
    const through = ["--daemon", String(stack.urls["daemon"]), "--profile"];
    for (const _ of ["the first starts one", "the second finds it"]) {
      const ran = await agentwire(temporaryFolder(), "run", "2 * 21", ...through, "planner", "--follow");
      expect(ran).toMatchObject({ code: 0, stderr: "" });
    }
    const { stdout } = await agentwire(temporaryFolder(), "instances", "--json", ...at("daemon"));
    const profiles = (JSON.parse(stdout) as { runtime_profile?: string }[]).map((one) => one.runtime_profile);
    expect(profiles.filter((profile) => profile === "planner")).toEqual(["planner"]);
    const unknown = await agentwire(temporaryFolder(), "run", "x", ...through, "nobody");
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('no runtime profile "nobody"') });
  });

  it("a service that is not there, and an id that is not, are said in words", async () => {
    const gone = await agentwire(temporaryFolder(), "tools", "--url", "http://127.0.0.1:9");
    expect(gone).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be reached at http:\/\/127.0.0.1:9[\s\S]*agentwire up/),
    });
    const unknown = await agentwire(temporaryFolder(), "runs", "nobody", ...at("daemon"));
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no run "nobody"') });
  });

  it("mcp offers the tools to an MCP host", async () => {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
    const client = new Client({ name: "host", version: "1" });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [bin, "mcp", ...at("tool-registry")] }),
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("calc");
    const result = await client.callTool({ name: "calc", arguments: { expression: "6 * 7" } });
    expect(JSON.stringify(result)).toContain("42");
    await client.close();
  });
});

/** The tool with an environment of its own. */
function runWith(env: NodeJS.ProcessEnv, ...args: string[]): ReturnType<typeof run> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  const running = agentwire(temporaryFolder(), ...args);
  for (const name of Object.keys(env)) if (!(name in before)) delete process.env[name];
  return running;
}
