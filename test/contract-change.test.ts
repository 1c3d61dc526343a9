import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a contributor does: edit a schema, run one command, read the diff. */
describe("a change of a contract", () => {
  const folder = mkdtempSync(join(tmpdir(), "agentwire-change-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function generate(...flags: string[]) {
    const args = [
      join(root, "generator/bin/agentwire.js"),
      "generate",
      "--spec",
      "spec",
      "--out",
      "out",
      "--standalone",
    ];
    return spawnSync(process.execPath, [...args, ...flags], { cwd: folder, encoding: "utf8" });
  }

  it("reaches models, validators, client and server, and nothing else", async () => {
    cpSync(join(root, "spec"), join(folder, "spec"), { recursive: true });
    expect(generate().status).toBe(0);
    const file = join(folder, "spec/v1/runtime/schemas/run-status.schema.json");
    const schema = JSON.parse(readFileSync(file, "utf8")) as { properties: Record<string, object> };
    schema.properties.progress = {
      description: "How much is done, from 0 to 1.",
      type: "number",
      minimum: 0,
      maximum: 1,
    };
    writeFileSync(file, JSON.stringify(schema, null, 2));

    const checked = generate("--check");
    expect(checked.status).toBe(1);
    expect(checked.stderr).toContain("progress?: number;");

    const changed = JSON.parse(generate("--json").stdout) as { added: number; changed: number; removed: number };
    // models and validators
    expect(changed).toMatchObject({ added: 0, changed: 2, removed: 0 });

    const runtime = await import(pathToFileURL(join(folder, "out/runtime/index.js")).href);
    class Runtime extends runtime.RuntimeServer {
      createRun = async () => ({ run_id: "run_1", state: "running", progress: this.progress });
      progress = 0.5;
    }
    const server = new Runtime();
    const client = new runtime.RuntimeClient({ fetch: server.fetch });
    const call = () => client.createRun({ body: { input: { goal: "go" } } });
    expect(await call()).toMatchObject({ progress: 0.5 });
    server.progress = 7;
    await expect(call()).rejects.toMatchObject({ status: 500 });
  });
});
