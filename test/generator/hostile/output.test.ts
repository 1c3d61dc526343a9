/** A folder that a stranger prepared, and what reaches the terminal. */
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Said } from "../said.js";
import { cleanUp, contract, filesBelow, operation, project, temporaryFolder, writeFiles } from "../tool.js";
import { judge, tool } from "./stranger.js";

afterAll(cleanUp);

const sample = contract(
  { Thing: { type: "object" }, "a/b": { type: "string" } },
  { "/a": { get: operation("getThing", { responses: { "200": { description: "", content: {} } } }) } },
);

/** A folder with a contract, prepared output and a file that is none of the tool's business. */
function prepared(prepare: (out: string, home: string) => void, files: object = {}): string {
  const home = project({ "work/openapi.json": sample, "precious/models.js": "precious", ...files });
  const out = join(home, "work/out");
  mkdirSync(out);
  prepare(out, home);
  return home;
}

async function generate(home: string, ...args: string[]) {
  const { code, stdout, stderr } = await tool(
    join(home, "work"),
    "generate",
    "--spec",
    "openapi.json",
    "--out",
    "out",
    "--json",
    ...args,
  );
  expect(stderr).toBe("");
  expect(filesBelow(join(home, "precious"))).toEqual(["models.js"]);
  expect(readFileSync(join(home, "precious/models.js"), "utf8")).toBe("precious");
  const said = JSON.parse(stdout) as { diagnostics: Said[] };
  return { code, codes: said.diagnostics.filter(({ severity }) => severity === "error").map((one) => one.code) };
}

describe("nothing is written, removed or read outside the folder", () => {
  test.each([
    "../../precious/models.js",
    "../x",
    "a/../../../precious/models.js",
    "/etc/passwd",
    "",
    ".",
    "linked/models.js",
    "kit/../../../precious/models.js",
  ])("by a manifest with %j", async (path) => {
    const home = prepared((out) => {
      writeFiles(out, { ".agentwire.json": { files: [path] } });
      symlinkSync("../../precious", join(out, "linked"));
    });
    expect(await generate(home)).toEqual({ code: 0, codes: [] });
  });

  test.each(["null", "[]", '{"files":{}}', '{"files":[1,null,{}]}', '{"__proto__":{"files":["x"]}}', "\0"])(
    "by a manifest that is %j",
    async (text) => {
      const home = prepared((out) => writeFiles(out, { ".agentwire.json": text }));
      expect((await generate(home)).code).toBe(0);
    },
  );

  test("through a folder that is a link", async () => {
    const home = prepared((out) => symlinkSync("../../precious", join(out, "kit")));
    expect(await generate(home, "--standalone")).toMatchObject({
      code: 1,
      codes: expect.arrayContaining(["output-foreign"]),
    });
    expect(filesBelow(join(home, "work/out"))).toEqual(["kit"]);
  });

  test("through a file that is a link", async () => {
    const home = prepared((out) => symlinkSync("../../precious/models.js", join(out, "models.js")));
    expect(await generate(home)).toEqual({ code: 1, codes: ["output-foreign"] });
  });

  test.each(["models.js", "names.lock.json", ".agentwire.json"])("from a device that %s leads to", async (name) => {
    const home = prepared((out) => symlinkSync("/dev/zero", join(out, name)));
    expect((await generate(home)).code).toBe(1);
  });
});

describe("a lock of names", () => {
  const lock = (types: object, methods: object = {}) => ({
    types: { "openapi.json": types },
    methods: { "openapi.json": methods },
  });
  const thing = "/components/schemas/Thing";

  test.each([
    ["code", lock({ [thing]: "A; globalThis.agentwireHostile = 1; //" })],
    ["a path", lock({ [thing]: "../../precious/models" })],
    ["nothing", lock({ [thing]: "" })],
    ["a number", lock({ [thing]: 1 })],
    ["a keyword", lock({ [thing]: "default" })],
    ["a type of the language", lock({ [thing]: "Promise" })],
    ["a method of the kit", lock({}, { "/paths/~1a/get": "constructor" })],
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", { types: [], methods: [] }],
  ])("with %s for a name is refused", async (_, value) => {
    const home = prepared((out) => writeFiles(out, { "names.lock.json": value }));
    expect(await generate(home)).toEqual({ code: 1, codes: ["names-lock-invalid"] });
    expect(filesBelow(join(home, "work/out"))).toEqual(["names.lock.json"]);
  });

  test.each([
    ["places that there are not", lock({ "/nowhere": "Nowhere", __proto__: "A", "": "B" })],
    ["one name twice", lock({ [thing]: "Same", "/components/schemas/a~1b": "Same" })],
    ["the name of the client", lock({ [thing]: "SampleClient" })],
  ])("with %s does no harm", async (_, value) => {
    const home = temporaryFolder();
    await judge(home, {
      name: "",
      files: {
        "openapi.json": sample,
        "out/names.lock.json": value,
        "out/.agentwire.json": { files: ["names.lock.json"] },
      },
    });
  });
});

describe("a configuration", () => {
  test.each([
    ["no JSON", "{"],
    ["an unknown option", { plugins: ["./evil.js"] }],
    ["options of the wrong kind", { spec: 1, out: [] }],
    ["an inherited option", '{ "__proto__": { "out": "../precious" }, "constructor": 1 }'],
  ])("with %s is refused", async (_, value) => {
    const home = prepared(() => {}, { "work/agentwire.config.json": value });
    const { code, codes } = await generate(home);
    expect(code).toBe(2);
    expect(codes.length).toBeGreaterThan(0);
    expect(filesBelow(join(home, "work/out"))).toEqual([]);
  });

  test("that is a device is refused", async () => {
    const home = prepared((_, folder) => symlinkSync("/dev/zero", join(folder, "work/agentwire.config.json")));
    expect((await generate(home)).code).toBe(2);
  });
});

describe("no control character and no change of direction reaches the terminal", () => {
  const evil = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u2066\u0000\r\b";
  const names = { [`A${evil}`]: { type: "string" } };
  const contracts: Readonly<Record<string, object>> = {
    "names that are taken": contract({ ...names, [`A-${evil}`]: { type: "string" } }),
    "a pattern": contract({ A: { type: "string", pattern: `(${evil}` } }),
    "a reference": contract({ A: { $ref: `${evil}.json` }, B: { $ref: `#/${evil}` }, C: { $ref: `http://${evil}` } }),
    "a keyword": contract({ A: { type: evil }, B: { [evil]: 1, required: evil } }),
    "an operation": contract({}, { [`/${evil}`]: { get: operation(evil, { tags: [evil] }), post: operation(evil) } }),
    "a title": { ...contract(names), info: { title: evil, version: evil } },
    "a version": { ...contract(), openapi: evil },
    "a media type": contract(
      {},
      { "/a": { post: operation("a", { requestBody: { content: { [evil]: { schema: {} } } } }) } },
    ),
  };

  test.each(Object.entries(contracts))("from %s", async (_, document) => {
    const folder = project({ "openapi.json": document, [`${evil.replaceAll("\0", "")}.json`]: "[" });
    for (const command of ["generate", "lint", "model"]) {
      const args = command === "generate" ? ["--out", "out"] : [];
      for (const extra of [[], ["--json"]]) {
        if (command === "model" && extra.length > 0) continue;
        const { stdout, stderr } = await tool(folder, command, "--spec", "openapi.json", ...args, ...extra);
        // Colours are off, as this is no terminal.
        expect(stdout + stderr).not.toMatch(/[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u);
        expect(stdout + stderr).not.toMatch(/\n\s+at /);
      }
    }
  });

  test("from the names of folders and files", async () => {
    const name = evil.replaceAll("\0", "");
    const folder = project({
      [`contracts/${name}/openapi.json`]: contract({ A: { $ref: `../${encodeURIComponent(name)}.json` } }),
      [`contracts/${name}.json`]: "[",
    });
    const { code, stdout, stderr } = await tool(folder, "generate", "--spec", "contracts", "--out", "out");
    expect(code).toBe(1);
    expect(stdout + stderr).not.toMatch(/[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u);
  });
});

test("a folder that cannot be written is told in a sentence", async () => {
  const home = prepared((out) => {
    writeFileSync(join(out, "mine.txt"), "mine");
    chmodSync(out, 0o555);
  });
  const { code, codes } = await generate(home);
  // Root may write everywhere.
  if (code !== 0) expect(codes).toEqual(["output-unwritable"]);
});
