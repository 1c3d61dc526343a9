/** The benches' own machinery, without the packages that they measure against. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { cleanUp, generateQuietly, importNatively, linkPackages, project, root, run } from "../generator/tool.js";

afterAll(cleanUp);

const load = <Module>(path: string) => importNatively<Module>(pathToFileURL(join(root, "bench", path)).href);
const bench = (...args: string[]) => run(process.execPath, [join(root, "bench/run.mjs"), ...args], root);

interface Row {
  readonly what: string;
  readonly subject: string;
  readonly value: number | string;
  readonly unit: string;
  readonly target?: string;
}

describe("the runner", () => {
  test("lists every bench with a line of what it measures", async () => {
    const { code, stdout } = await bench();
    expect(code).toBe(0);
    for (const name of ["generate", "validate"]) expect(stdout).toMatch(new RegExp(`^${name} +\\S.{20,}\\.$`, "m"));
  });

  test("a bench that there is none of is a wrong call", async () => {
    const { code, stderr } = await bench("nothing");
    expect(code).toBe(2);
    expect(stderr).toContain('there is no bench "nothing"; there are ');
  });

  test("rows become an aligned table that says pass or miss", async () => {
    const { table } = await load<{ table(rows: readonly Row[]): string }>("lib/table.mjs");
    const rows = [
      { what: "speed", subject: "ours", value: 598_133.4, unit: "1/s", target: ">= 500000" },
      { what: "speed", subject: "theirs", value: 1.2345, unit: "1/s" },
      { what: "size", subject: "ours", value: 3, unit: "kB", target: "< 3" },
      { what: "exit", subject: "theirs", value: "timeout", unit: "code" },
    ];
    expect(table(rows)).toBe(
      [
        "what   subject    value  unit  target",
        "speed  ours     598,133  1/s   >= 500000  pass",
        "speed  theirs      1.23  1/s",
        "size   ours           3  kB    < 3        MISS",
        "exit   theirs   timeout  code",
      ].join("\n"),
    );
  });
});

describe("measuring a program", () => {
  interface Measured {
    readonly code: number | string | null;
    readonly stopped: boolean;
    readonly said: string;
  }
  const measure = async (script: string, timeout = 20_000) => {
    const { measure } = await load<{ measure(...args: unknown[]): Promise<Measured> }>("lib/measure.mjs");
    return measure(process.execPath, ["--eval", script], { cwd: root, timeout });
  };

  test("tells its exit code and what it said", async () => {
    expect(await measure("console.log('so'); process.exitCode = 3")).toMatchObject({
      code: 3,
      stopped: false,
      said: "so\n",
    });
  });

  test("stops one that does not end, and what it started", async () => {
    const script = `
      const { spawn } = require("node:child_process");
      console.log(spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"]).pid);
      setInterval(() => {}, 1000);`;
    const { code, stopped, said } = await measure(script, 2000);
    expect({ code, stopped }).toEqual({ code: "SIGKILL", stopped: true });
    await expect.poll(() => isRunning(Number(said))).toBe(false);
  });
});

describe("the synthetic contract", () => {
  const make = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, "bench/synthetic/make.mjs"), ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    }).stdout;

  test("is the same for the same seed, and another for another", () => {
    expect(make("20")).toBe(make("20", "1"));
    expect(make("20", "2")).not.toBe(make("20", "1"));
  });

  test("2,000 schemas in dense cycles are an ordinary contract", async () => {
    const folder = project({ "synthetic.json": make("2000") });
    expect(
      Object.keys(JSON.parse(readFileSync(join(folder, "synthetic.json"), "utf8")).components.schemas),
    ).toHaveLength(2000);
    expect(await generateQuietly({ spec: join(folder, "synthetic.json"), out: join(folder, "out") })).toBe(0);
  }, 120_000);
});

test("the generated validator agrees with every sample of the validation bench", async () => {
  const out = join(project({}), "out");
  expect(await generateQuietly({ spec: join(root, "bench/validate/contract.json"), out })).toBe(0);
  linkPackages(out);
  const { samples } = await load<{ samples(): [boolean, unknown][] }>("validate/values.mjs");
  const { isRunRequest } = await importNatively<{ isRunRequest(value: unknown): boolean }>(
    pathToFileURL(join(out, "validators.js")).href,
  );
  for (const [valid, value] of samples()) expect([isRunRequest(value), value]).toEqual([valid, value]);
});

function isRunning(pid: number): boolean {
  try {
    // A process that has ended stays until its parent, here init, has taken notice.
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
