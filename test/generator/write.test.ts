/** What happens to the output folder: only what has to, all or nothing, and nobody else's files. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { manifestName } from "../../generator/src/print/write.js";
import { bin, cleanUp, contract, filesBelow, inProcess, project, writeFiles } from "./tool.js";

afterAll(cleanUp);

const schemas = { Cat: { type: "string" }, Dog: { type: "integer" } };
let folder: string;
let out: string;

beforeEach(() => {
  folder = project({ "openapi.yaml": contract(schemas) });
  out = join(folder, "out");
});

async function generate(options: { check?: boolean; standalone?: boolean } = {}) {
  const { code, stdout } = await inProcess(folder, "generate", { spec: "openapi.yaml", out: "out", ...options });
  const report = JSON.parse(stdout) as {
    ok: boolean;
    files: number;
    added?: number;
    changed?: number;
    removed?: number;
    diagnostics: { code: string; message: string; file: string }[];
  };
  return { code, ...report };
}

const contents = () => Object.fromEntries(filesBelow(out).map((path) => [path, readFileSync(join(out, path), "utf8")]));

test.runIf(existsSync("/proc/self"))("a file system that takes no folder is said to", () => {
  const args = ["generate", "--spec", "openapi.yaml", "--out", "/proc/agentwire/out", "--json"];
  const { status, stdout } = spawnSync(process.execPath, [bin, ...args], { cwd: folder, timeout: 30_000 });
  expect(status).toBe(1);
  expect(JSON.parse(String(stdout))).toMatchObject({ diagnostics: [{ code: "output-unwritable" }] });
});

describe("a second run", () => {
  test("writes nothing", async () => {
    expect(await generate()).toMatchObject({ code: 0, changed: 0, removed: 0 });
    const before = filesBelow(out).map((path) => [
      path,
      statSync(join(out, path), { bigint: true }).mtimeNs,
      statSync(join(out, path)).ino,
    ]);
    expect(await generate()).toMatchObject({ code: 0, added: 0, changed: 0, removed: 0, files: before.length });
    expect(
      filesBelow(out).map((path) => [
        path,
        statSync(join(out, path), { bigint: true }).mtimeNs,
        statSync(join(out, path)).ino,
      ]),
    ).toEqual(before);
  });

  test("writes only the files that change", async () => {
    await generate();
    const before = contents();
    writeFiles(folder, { "openapi.yaml": contract({ ...schemas, Dog: { type: "integer", minimum: 1 } }) });
    await generate();
    const after = contents();
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed).toEqual(["validators.js"]);
    expect(Object.keys(after)).toEqual(Object.keys(before));
  });

  test("removes what the contract no longer gives, and the folders that this empties, but nothing else", async () => {
    await generate();
    const manifest = JSON.parse(readFileSync(join(out, manifestName), "utf8")) as { files: string[] };
    manifest.files.push("older/strict/Cat.js", "older/tolerant/Cat.js");
    writeFiles(out, {
      [manifestName]: manifest,
      "older/strict/Cat.js": "",
      "older/tolerant/Cat.js": "",
      "older/strict/mine.txt": "mine",
      "Cat.txt": "mine",
    });
    expect(await generate()).toMatchObject({ code: 0, removed: 2 });
    expect(filesBelow(out).filter((path) => /Cat|older/.test(path))).toEqual(["Cat.txt", "older/strict/mine.txt"]);
    expect(readFileSync(join(out, "older/strict/mine.txt"), "utf8")).toBe("mine");
  });

  test("removes nothing outside the folder, whatever the manifest says", async () => {
    await generate();
    writeFiles(folder, { "precious.txt": "precious" });
    const manifest = JSON.parse(readFileSync(join(out, manifestName), "utf8")) as { files: string[] };
    manifest.files.push("../precious.txt", join(folder, "precious.txt"));
    writeFiles(out, { [manifestName]: manifest });
    await generate();
    expect(readFileSync(join(folder, "precious.txt"), "utf8")).toBe("precious");
  });

  test("repairs a manifest that cannot be read", async () => {
    await generate();
    const before = contents();
    writeFileSync(join(out, manifestName), "{");
    expect(await generate()).toMatchObject({ code: 0 });
    expect(contents()).toEqual(before);
  });
});

describe("--check", () => {
  const mutations: readonly (readonly [string, () => void])[] = [
    ["a file that was edited", () => writeFileSync(join(out, "models.d.ts"), `${contents()["models.d.ts"]} `)],
    ["a file that is gone", () => rmSync(join(out, "validators.js"))],
    ["a file of an older contract", () => writeFiles(folder, { "openapi.yaml": contract({ Cat: schemas.Cat }) })],
    [
      "a file that a newer contract gives",
      () => writeFiles(folder, { "openapi.yaml": contract({ ...schemas, Eel: true }) }),
    ],
    ["an edited manifest", () => writeFileSync(join(out, manifestName), "{}")],
    ["no output at all", () => rmSync(out, { recursive: true })],
  ];

  test.each(mutations)("finds %s, and writes nothing", async (_, mutate) => {
    await generate();
    expect(await generate({ check: true })).toMatchObject({ code: 0, ok: true });
    mutate();
    const before = existsSync(out) ? contents() : undefined;
    const { code, diagnostics } = await generate({ check: true });
    expect(code).toBe(1);
    expect(diagnostics.map((one) => one.code)).toEqual(["drift"]);
    expect(existsSync(out) ? contents() : undefined).toEqual(before);
    await generate();
    expect(await generate({ check: true })).toMatchObject({ code: 0 });
  });

  test("finds a mutation of each single file", async () => {
    await generate();
    for (const [path, text] of Object.entries(contents())) {
      writeFileSync(join(out, path), `${text}\n`);
      expect((await generate({ check: true })).code, path).toBe(1);
      writeFileSync(join(out, path), text);
    }
    expect((await generate({ check: true })).code).toBe(0);
  });

  test("says for people which files and lines", async () => {
    await generate();
    const edited = contents()["models.d.ts"]?.replace("export type Cat = string;", "export type Cat = number;") ?? "";
    writeFileSync(join(out, "models.d.ts"), edited);
    const { stderr } = await inProcess(folder, "generate", {
      spec: "openapi.yaml",
      out: "out",
      check: true,
      json: false,
    });
    expect(stderr).toContain("~ models.d.ts");
    expect(stderr).toContain("- export type Cat = number;");
    expect(stderr).toContain("+ export type Cat = string;");
  });
});

describe("another's files", () => {
  test("a file in the way is refused, and nothing is written", async () => {
    writeFiles(out, { "models.d.ts": "export type Mine = 1;\n", "client.js": "// mine\n" });
    const before = contents();
    const { code, diagnostics } = await generate();
    expect(code).toBe(1);
    expect(diagnostics.map(({ code, file }) => [code, file])).toEqual([
      ["output-foreign", "out/client.js"],
      ["output-foreign", "out/models.d.ts"],
    ]);
    expect(contents()).toEqual(before);
  });

  test("a file that the tool wrote, but whose manifest is lost, is ours", async () => {
    await generate();
    rmSync(join(out, manifestName));
    writeFiles(folder, { "openapi.yaml": contract({ ...schemas, Cat: { type: "number" } }) });
    expect(await generate()).toMatchObject({ code: 0, ok: true });
  });
});

describe("a folder that cannot be written", () => {
  test("because a file stands in the path", async () => {
    writeFileSync(out, "a file");
    const { code, diagnostics } = await generate();
    expect(code).toBe(1);
    expect(diagnostics.map((one) => one.code)).toEqual(["output-unwritable"]);
    expect(readFileSync(out, "utf8")).toBe("a file");
  });

  test("because a folder stands where a file goes: nothing is half-written", async () => {
    mkdirSync(join(out, "models.d.ts"), { recursive: true });
    const { code, diagnostics } = await generate();
    expect(code).toBe(1);
    expect(diagnostics.map((one) => one.code)).toEqual(["output-foreign"]);
    expect(filesBelow(out)).toEqual([]);
  });

  test("because a file stands where a folder goes: nothing is half-written", async () => {
    writeFiles(out, { kit: "mine" });
    expect((await generate({ standalone: true })).code).toBe(1);
    expect(contents()).toEqual({ kit: "mine" });
  });

  // Root may write anywhere, so there is nothing to refuse.
  test.skipIf(process.getuid?.() === 0)("because it is read-only", async () => {
    mkdirSync(out);
    chmodSync(out, 0o555);
    const { code, diagnostics } = await generate();
    chmodSync(out, 0o755);
    expect(code).toBe(1);
    expect(diagnostics.map((one) => one.code)).toEqual(["output-unwritable"]);
    expect(filesBelow(out)).toEqual([]);
  });
});

test("what a killed run left behind is no hindrance, and goes away", async () => {
  writeFiles(out, { ".agentwire-4194304/0": "half a file" });
  expect(await generate()).toMatchObject({ code: 0 });
  expect(filesBelow(out).filter((path) => path.startsWith(".agentwire-"))).toEqual([]);
  expect(await generate({ check: true })).toMatchObject({ code: 0 });
});
