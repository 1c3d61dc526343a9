import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type {
  CreateRunRequest,
  GetRunResultRequest,
  GetRunStatusRequest,
  RunEvent,
  RunResult,
  RunStatus,
  StreamRunEventsRequest,
} from "@agentwire/models/runtime";
import { RuntimeServer } from "@agentwire/server/runtime";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
// Inside the repository, so that the snippets find the packages as a user's project would.
const folder = mkdtempSync(join(root, "node_modules", ".readme-"));
const children: ChildProcess[] = [];

/** The code blocks of a page in order, by language. */
function snippets(language: string, page = readme): string[] {
  return [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter(([, name]) => name === language)
    .map(([, , code = ""]) => code);
}

/** Type-checks a snippet as printed, and compiles it for this Node. */
function compile(name: string, code: string): void {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, code);
  const program = ts.createProgram([file], {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    skipLibCheck: true,
  });
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  expect(problems).toEqual([]);
  program.emit();
}

function node(...args: string[]) {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
}

/** Starts a snippet that serves, and waits until it says where. */
function serve(name: string): Promise<string> {
  const child = spawn(process.execPath, [`${name}.js`], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => {
      const url = /http:\/\/[\d.:]+/.exec(data.toString())?.[0];
      if (url !== undefined) resolve(url);
    });
    child.on("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
  });
}

writeFileSync(join(folder, "package.json"), '{ "type": "module" }');

afterAll(() => {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe("the README", () => {
  const [contract = ""] = snippets("yaml");
  const [server = "", client = "", echo = ""] = snippets("ts");

  beforeAll(() => {
    writeFileSync(join(folder, "greeter.yaml"), contract);
    const generated = node(
      join(root, "generator/bin/agentwire.js"),
      "generate",
      "--spec",
      "greeter.yaml",
      "--out",
      "greeter",
    );
    expect(generated.stderr).toBe("");
    expect(generated.status).toBe(0);
  });

  it("shows a server and a client that work together", async () => {
    // The port of the snippet may be taken on this machine; any other shows the same.
    compile("server", server.replace("port: 8080", "port: 0"));
    const url = await serve("server");
    compile("client", client.replace("http://127.0.0.1:8080", url));
    const { stdout, stderr } = node("client.js");
    expect(stderr).toBe("");
    expect(stdout).toBe("Hello, Ada!\nthree\ntwo\none\n");
  });

  it("shows a service in under 25 lines that speaks a protocol", async () => {
    expect(echo.trim().split("\n").length).toBeLessThan(25);
    compile("echo", echo.replace("port: 8091", "port: 0"));
    const url = await serve("echo");
    const { RuntimeClient } = await import("@agentwire/client/runtime");
    const runtime = new RuntimeClient({ baseUrl: url });
    const { run_id } = await runtime.createRun({ body: { input: { goal: "say it back" } } });
    expect(await runtime.getRunResult({ path: { run_id } })).toEqual({
      run_id,
      ok: true,
      output: { echo: "say it back" },
    });
    await expect(runtime.getRunStatus({ path: { run_id: "other" } })).rejects.toMatchObject({
      status: 404,
      code: "not_found",
    });
  });

  it("names commands that exist", () => {
    const help = node(join(root, "generator/bin/agentwire.js"), "--help").stdout;
    const commands = [...readme.matchAll(/npx agentwire (\w+)/g)].map(([, name = ""]) => name);
    expect(commands.length).toBeGreaterThan(4);
    for (const command of new Set(commands)) expect(help).toContain(`${command} `);
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test"]));
  });

  it("shows commands that work against the stack that it starts, with a tool of a real MCP server", async () => {
    const cli = join(root, "generator/bin/agentwire.js");
    const data = mkdtempSync(join(folder, "data-"));
    const up = spawn(process.execPath, [cli, "up", "--data", data, "--port-base", "0"], {
      cwd: root,
      // A CI takes colours where no terminal is.
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(up);
    let banner = "";
    for await (const chunk of up.stdout.setEncoding("utf8") as AsyncIterable<string>) {
      banner += chunk;
      if (banner.includes("Ctrl-C")) break;
    }
    const url = (name: string) => String(new RegExp(`${name}\\s+(http\\S+)`).exec(banner)?.[1]);
    const urls: Record<string, string> = {
      run: url("runtime"),
      tools: url("tool-registry"),
      runs: url("daemon"),
      instances: url("daemon"),
    };
    // The program that is the MCP server takes a moment to start.
    await expect
      .poll(() => node(cli, "tools", "--url", url("tool-registry")).stdout, { timeout: 15_000, interval: 200 })
      .toContain("everything.echo");
    const shown = [...readme.matchAll(/^\$ npx agentwire (run|runs|tools|instances)\b(.*)$/gm)];
    expect(shown.length).toBeGreaterThan(4);
    for (const [, command = "", rest = ""] of shown) {
      const args = [...rest.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
        ([, single, double, bare]) => single ?? double ?? bare ?? "",
      );
      const { status, stdout } = node(cli, command, ...args, "--url", String(urls[command]));
      expect({ command, args, status }).toEqual({ command, args, status: 0 });
      if (args[0]?.includes("everything.echo")) expect(stdout).toContain("Echo: hello");
      if (args[0]?.includes("17 + 25")) expect(stdout).toContain("= 21");
    }
    const ended = new Promise((resolve) => up.once("exit", resolve));
    up.kill("SIGINT");
    expect(await ended).toBe(0);
  }, 60_000);

  it("links to files that exist", () => {
    for (const [, path = ""] of readme.matchAll(/\]\(([^)]+)\)/g))
      expect(() => readFileSync(join(root, path))).not.toThrow();
  });
});

class CountingRuntime extends RuntimeServer {
  createRun = ({ body }: CreateRunRequest): RunStatus => ({ run_id: body.run_id ?? "run_1", state: "running" });
  getRunStatus = ({ path }: GetRunStatusRequest): RunStatus => ({ ...path, state: "succeeded" });
  getRunResult = ({ path }: GetRunResultRequest): RunResult => ({ ...path, ok: true, output: { counted: 3 } });
  override async *streamRunEvents({ path }: StreamRunEventsRequest): AsyncIterable<RunEvent> {
    for (const seq of [0, 1, 2])
      yield { ...path, seq, type: seq === 2 ? "final" : "step", time: "2026-01-01T00:00:00Z" };
  }
}

describe("the pages in docs/", () => {
  const page = (name: string) => snippets("ts", readFileSync(join(root, "docs", name), "utf8"));

  it("show how to serve, in code that runs", () => {
    const [registry = "", hosts = "", memory = ""] = page("serving.md");
    compile("registry", registry);
    compile("hosts", hosts);
    compile("memory", memory);
    const { stdout, stderr } = node("memory.js");
    expect(stderr).toBe("");
    expect(stdout).toBe('{"text":"hi"}\n');
  });

  it("show how to call, in code that runs", async () => {
    const [calling = "", lean = ""] = page("calling.md");
    compile("calling", calling);
    compile("lean", lean);
    const { answer } = await import(pathToFileURL(join(folder, "calling.js")).href);
    const listening = await new CountingRuntime().listen();
    expect(await answer(listening.url, "token", "count to 3")).toEqual({ counted: 3 });
    const { follow, states } = await import(pathToFileURL(join(folder, "lean.js")).href);
    expect(await follow(listening.url, "token", "r")).toEqual({ counted: 3 });
    expect(await states(listening.url, ["a", "b"])).toEqual(["succeeded", "succeeded"]);
    await listening.close();
  });
});
