/** The command line tool as a child process: commands, options, exit codes, reports. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { codes } from "../../generator/src/diagnostics/codes.js";
import { typeProblems } from "./compile.js";
import {
  agentwire,
  bin,
  cleanUp,
  contract,
  filesBelow,
  inProcess,
  operation,
  project,
  root,
  run,
  temporaryFolder,
  writeFiles,
} from "./tool.js";

afterAll(cleanUp);

const child: { process?: ReturnType<typeof spawn> } = {};
afterEach(() => child.process?.kill("SIGKILL"));

const pet = {
  description: "An animal.",
  type: "object",
  properties: { name: { description: "Its name.", type: "string" } },
  required: ["name"],
  additionalProperties: false,
};
const petStore = contract(
  { Pet: pet },
  {
    "/pets/{id}": {
      get: {
        operationId: "getPet",
        summary: "One pet.",
        parameters: [{ name: "id", in: "path", required: true, description: "Its id.", schema: { type: "string" } }],
        responses: {
          "200": {
            description: "The pet.",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Pet" } } },
          },
        },
      },
    },
  },
  { "x-service": "petstore" },
);

/** Two services and a folder of shared schemas. */
function contracts(): string {
  const service = (name: string) => ({
    openapi: "3.1.0",
    info: { title: name, version: "1" },
    paths: {
      "/thing": {
        get: {
          operationId: `get_${name}`,
          summary: "The thing.",
          responses: {
            "200": {
              description: "It.",
              content: { "application/json": { schema: { $ref: "../common/schemas/thing.schema.json" } } },
            },
          },
        },
      },
    },
  });
  return project({
    "spec/v1/alpha/openapi.yaml": service("alpha"),
    "spec/v1/beta/openapi.yaml": service("beta"),
    "spec/v1/common/schemas/thing.schema.json": {
      description: "A thing.",
      type: "object",
      properties: { id: { description: "Its id.", type: "string" } },
      required: ["id"],
    },
    "spec/v1/common/vectors/thing.json": [
      { describe: "a thing", valid: true, instance: { id: "a" } },
      { describe: "no id", valid: false, instance: {}, violates: { keyword: "required", at: "" } },
      { describe: "a number", valid: false, instance: 1, violates: { keyword: "type", at: "" } },
      { describe: "a number for an id", valid: false, instance: { id: 1 }, violates: { keyword: "type", at: "/id" } },
    ],
  });
}

describe("how it is called", () => {
  test.each(["generate", "lint", "vectors", "model"])("%s --help has examples and exit codes", async (command) => {
    const { code, stdout } = await agentwire(temporaryFolder(), command, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain(`$ agentwire ${command}`);
    expect(stdout).toContain("Exit codes:");
    expect(stdout).toContain("--spec");
  });

  test("--help names every command", async () => {
    const { code, stdout } = await agentwire(temporaryFolder(), "--help");
    expect(code).toBe(0);
    for (const command of ["generate", "lint", "vectors", "model", "explain"])
      expect(stdout).toContain(`  ${command} `);
  });

  test.each([
    ["an unknown option", ["generate", "--spce", "a.yaml"], "--spce"],
    ["an unknown command", ["genrate"], "genrate"],
    ["an option without its value", ["lint", "--spec"], "argument missing"],
    ["too many arguments", ["explain", "drift", "drift"], "too many arguments"],
  ])("%s: exit code 2", async (_, args, says) => {
    const { code, stdout, stderr } = await agentwire(temporaryFolder(), ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test.each<[string, Parameters<typeof inProcess<"generate">>[2], string]>([
    ["no --out", { spec: "a.yaml" }, "--out is needed"],
    ["--packages that is no scope", { spec: "a.yaml", out: "o", packages: "acme" }, "npm scope"],
    [
      "--packages with --standalone",
      { spec: "a.yaml", out: "o", packages: "@a", standalone: true },
      "exclude each other",
    ],
    ["--check with --watch", { spec: "a.yaml", out: "o", check: true, watch: true }, "exclude each other"],
    ["--max-bytes that is no number", { spec: "a.yaml", out: "o", maxBytes: "lots" }, "--max-bytes"],
    ["a service that is not there", { spec: "spec", out: "o", service: ["gamma"] }, "no service called gamma"],
  ])("%s is a mistake of the caller's", async (_, options, says) => {
    await expect(inProcess(contracts(), "generate", options)).rejects.toThrow(says);
  });

  test("a mistake of the caller's gives exit code 2 and one line", async () => {
    const { code, stderr } = await agentwire(temporaryFolder(), "generate", "--spec", "a.yaml");
    expect(code).toBe(2);
    expect(stderr).toBe("error --out is needed: the folder to write to\n");
  });
});

describe("agentwire.config.json", () => {
  test("says what is read and written; flags win", async () => {
    const folder = contracts();
    writeFiles(folder, { "agentwire.config.json": { spec: "spec", out: "generated", packages: "@acme" } });
    expect((await agentwire(folder, "generate")).code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, "generated/client/package.json"), "utf8")).name).toBe("@acme/client");
    expect((await inProcess(folder, "generate", { out: "folder" })).code).toBe(0);
    expect(existsSync(join(folder, "folder/alpha/client.js"))).toBe(true);
  });

  test.each([
    ["no JSON", "{", "syntax-error agentwire.config.json:1:2"],
    ["no object", "[]", "config-invalid agentwire.config.json:1:1 the configuration must be object"],
    [
      "an option that it does not know",
      '{\n  "output": "x"\n}',
      'config-invalid agentwire.config.json:2:13 there is no option "output"',
    ],
    ["a value that is no text", '{ "out": 3 }', 'config-invalid agentwire.config.json:1:10 "out" must be string'],
    [
      "an artefact that there is none of",
      '{ "artefacts": ["models", "docs"] }',
      'config-invalid agentwire.config.json:1:27 "artefacts.1" must be equal to one of the allowed values: models',
    ],
  ])("%s: said with its place, and exit code 2", async (_, config, says) => {
    const { code, stdout } = await agentwire(project({ "agentwire.config.json": config }), "lint", "--json");
    expect(code).toBe(2);
    const [problem, ...more] = JSON.parse(stdout).diagnostics;
    expect(more).toEqual([]);
    const { code: kind, file, line, column, message, fix } = problem;
    expect(`${kind} ${file}:${line}:${column} ${message}`).toContain(says);
    expect(fix).not.toBe("");
  });

  test("everything that is wrong is said at once, with what is right instead", async () => {
    const folder = project({ "agentwire.config.json": '{ "output": "x", "names": "loose" }' });
    const { code, stderr } = await agentwire(folder, "generate");
    expect(code).toBe(2);
    expect(stderr).toContain("fix: Remove it, or use one of $schema, spec, out, packages, artefacts, names.");
    expect(stderr).toContain('"names" must be equal to one of the allowed values: lock, strict');
    expect(stderr).toContain("2 errors");
  });

  test("its type is what `agentwire types` makes of its schema", async () => {
    const { stdout } = await inProcess(root, "types", { file: "generator/config.schema.json", json: false });
    expect(stdout).toBe(readFileSync(join(root, "generator/src/commands/config-type.ts"), "utf8"));
  });
});

describe("generate", () => {
  test("--json gives counts, and problems as data", async () => {
    const folder = project({ "openapi.yaml": petStore });
    const { code, stdout, stderr } = await agentwire(
      folder,
      "generate",
      "--spec",
      "openapi.yaml",
      "--out",
      "api",
      "--json",
    );
    const count = filesBelow(join(folder, "api")).length;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      files: count,
      added: count,
      changed: 0,
      removed: 0,
      loss: { exact: expect.any(Number), widened: 0, unsupported: 0 },
      diagnostics: [],
    });
  });

  test("--check: 0 when clean, 1 when not", async () => {
    const folder = project({ "openapi.yaml": petStore });
    const args = ["generate", "--spec", "openapi.yaml", "--out", "api"];
    expect((await agentwire(folder, ...args)).stdout).toMatch(/^generated: \d+ new in api/m);
    expect(await agentwire(folder, ...args, "--check")).toMatchObject({ code: 0, stderr: "" });
    writeFiles(folder, { "api/models.js": "// mutated\n" });
    const { code, stderr } = await agentwire(folder, ...args, "--check");
    expect(code).toBe(1);
    expect(stderr).toContain("~ models.js");
    expect(stderr).toContain("error drift");
    expect(readFileSync(join(folder, "api/models.js"), "utf8")).toBe("// mutated\n");
  });

  test("--name names the service of a single file", async () => {
    const folder = project({ "openapi.yaml": contract({}, { "/a": { get: operation("a") } }) });
    await inProcess(folder, "generate", { spec: "openapi.yaml", out: "api", name: "billing" });
    expect(readFileSync(join(folder, "api/client.d.ts"), "utf8")).toContain("class BillingClient extends Client");
  });

  test("--service writes only what it names and leaves the others alone", async () => {
    const folder = contracts();
    expect((await inProcess(folder, "generate", { spec: "spec", out: "out" })).code).toBe(0);
    const before = filesBelow(join(folder, "out"));
    writeFiles(folder, {
      "out/beta/client.js": "// Generated by `agentwire generate` long ago.\n",
      "out/alpha/client.js": "// Generated by `agentwire generate` long ago.\n",
    });
    expect((await inProcess(folder, "generate", { spec: "spec", out: "out", service: ["alpha"] })).code).toBe(0);
    expect(filesBelow(join(folder, "out"))).toEqual(before);
    expect(readFileSync(join(folder, "out/alpha/client.js"), "utf8")).toContain("class AlphaClient");
    expect(readFileSync(join(folder, "out/beta/client.js"), "utf8")).toContain("long ago");
    expect((await inProcess(folder, "generate", { spec: "spec", out: "out", check: true })).code).toBe(1);
    await inProcess(folder, "generate", { spec: "spec", out: "out" });
    expect((await inProcess(folder, "generate", { spec: "spec", out: "out", check: true })).code).toBe(0);
  });

  test("--packages writes three packages that resolve each other, by type and at run time", async () => {
    const folder = contracts();
    expect(
      (await inProcess(folder, "generate", { spec: "spec", out: "node_modules/@acme", packages: "@acme" })).code,
    ).toBe(0);
    const manifest = (name: string) =>
      JSON.parse(readFileSync(join(folder, `node_modules/@acme/${name}/package.json`), "utf8"));
    expect(["models", "client", "server"].map((name) => manifest(name).name)).toEqual([
      "@acme/models",
      "@acme/client",
      "@acme/server",
    ]);
    expect(Object.keys(manifest("client").dependencies)).toEqual(["@agentwire/kit", "@acme/models"]);

    symlinkSync(join(root, "node_modules/@agentwire"), join(folder, "node_modules/@agentwire"), "dir");
    writeFiles(folder, {
      "package.json": { type: "module" },
      "use.ts": [
        'import { AlphaClient } from "@acme/client/alpha";',
        'import { AlphaServer } from "@acme/server/alpha";',
        'import type { Thing } from "@acme/models/common";',
        "export class Alpha extends AlphaServer {",
        '  getAlpha(): Thing { return { id: "a" }; }',
        "}",
        "export const thing = (client: AlphaClient): Promise<Thing> => client.getAlpha();",
      ].join("\n"),
    });
    expect(typeProblems([join(folder, "use.ts")], { types: [], skipLibCheck: true, preserveSymlinks: false })).toEqual(
      [],
    );
    writeFiles(folder, {
      "use.js": [
        'import { AlphaClient } from "@acme/client/alpha";',
        'import { AlphaServer } from "@acme/server/alpha";',
        'import { inMemory } from "@agentwire/kit/server";',
        'class Alpha extends AlphaServer { getAlpha() { return { id: "a" }; } }',
        "const client = new AlphaClient({ transport: inMemory(new Alpha({ logger: false })) });",
        "console.log(JSON.stringify(await client.getAlpha()));",
      ].join("\n"),
    });
    expect(await run(process.execPath, ["use.js"], folder)).toEqual({ code: 0, stdout: '{"id":"a"}\n', stderr: "" });
  });

  test("--standalone runs in plain Node, without any package", async () => {
    const home = project({ "openapi.yaml": petStore });
    const alone = temporaryFolder();
    expect(
      (await agentwire(home, "generate", "--spec", "openapi.yaml", "--out", join(alone, "api"), "--standalone")).code,
    ).toBe(0);
    writeFiles(alone, {
      "use.mjs": [
        'import { PetstoreClient } from "./api/client.js";',
        'import { schemas } from "./api/models-only.js";',
        "const isPet = await schemas.Pet.load();",
        "const found = [];",
        'console.log(isPet({ name: "Rex" }), isPet({ name: "Rex", age: 3 }, false, found), found[0].keyword);',
        'console.log(isPet({ name: "Rex", age: 3 }, true));',
        "const fetch = async (request) => Response.json({ name: new URL(request.url).pathname });",
        'const client = new PetstoreClient({ baseUrl: "http://pets.example", fetch });',
        'console.log(JSON.stringify(await client.getPet({ path: { id: "a b" } })));',
      ].join("\n"),
      "api/models-only.js": 'export * as schemas from "./schemas.js";\n',
    });
    expect(await run(process.execPath, ["use.mjs"], alone)).toEqual({
      code: 0,
      stdout: 'true false additionalProperties\ntrue\n{"name":"/pets/a%20b"}\n',
      stderr: "",
    });
  });

  test("--watch generates again after an edit, and survives a mistake", async () => {
    const folder = project({ "openapi.yaml": contract({ Cat: { type: "string" } }) });
    const watcher = await watching(folder, "--spec", "openapi.yaml", "--out", "out");
    const { said, edit } = watcher;
    const models = () => readFileSync(join(folder, "out/models.d.ts"), "utf8");
    expect(said()).toContain("watching .;");
    expect(models()).toContain("type Cat = string");
    await edit("openapi.yaml", "openapi: [", said).toContain("syntax-error");
    expect(models()).toContain("type Cat = string");
    // A log of the run itself, such as one that stdout is sent to, is no part of the contract.
    await wait(500);
    const before = said();
    for (let line = 0; line < 3; line++) {
      writeFiles(folder, { "watch.log": `${line}`, "notes/log.json": line });
      await wait(200);
    }
    expect(said()).toBe(before);
    // What only takes the mistake back changes nothing, and is said to be fine.
    await edit("openapi.yaml", contract({ Cat: { type: "string" } }), () =>
      said().slice(said().lastIndexOf("error")),
    ).toContain("up to date");
    await edit("openapi.yaml", contract({ Cat: { type: "number" } }), models).toContain("type Cat = number");
    expect(await watcher.end()).toBe(0);
  }, 90_000);

  test("--watch follows files outside the contract's folder too, also one that is not there yet", async () => {
    const folder = project({
      "api/openapi.json": contract({
        Cat: { $ref: "../common/cat.json" },
        Dog: { $ref: "../later/dogs/dog.json" },
        Bird: { $ref: "https://schemas.example/bird.json" },
      }),
      "common/cat.json": { type: "string" },
      "birds/bird.json": { type: "string" },
    });
    const map = ["--map", "https://schemas.example/=birds"];
    const watcher = await watching(folder, "--spec", "api/openapi.json", "--root", ".", "--out", "out", ...map);
    const { said, edit } = watcher;
    expect(said()).toContain("ref-not-found");
    expect(said()).toContain("watching api, .");
    const models = () => {
      const path = join(folder, "out/models.d.ts");
      return existsSync(path) ? readFileSync(path, "utf8") : "";
    };
    await edit("later/dogs/dog.json", { type: "string" }, models).toContain("type Dog = string");
    await edit("later/dogs/dog.json", { type: "boolean" }, models).toContain("type Dog = boolean");
    await edit("birds/bird.json", { type: "integer" }, models).toContain("type Bird = number");
    await edit("common/cat.json", "{", said).toContain("syntax-error");
    await edit("common/cat.json", { type: "null" }, models).toContain("type Cat = null");
    expect(await watcher.end()).toBe(0);
  }, 90_000);
});

/** `agentwire generate --watch` at work in a folder, from when it says that it watches. */
async function watching(folder: string, ...args: string[]) {
  const watcher = spawn(process.execPath, [bin, "generate", ...args, "--watch"], { cwd: folder });
  child.process = watcher;
  let said = "";
  for (const stream of [watcher.stdout, watcher.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
    });
  await expect.poll(() => said, { timeout: 25_000 }).toContain("watching ");
  return {
    said: () => said,
    /** An edit is made again until it is seen: a watcher may need a moment before it sees anything. */
    edit: (file: string, content: unknown, seen: () => string) =>
      expect.poll(
        () => {
          writeFiles(folder, { [file]: content });
          return seen();
        },
        { timeout: 30_000, interval: 1000 },
      ),
    /** The exit code after Ctrl-C. */
    end: () => {
      const closed = new Promise((resolve) => watcher.on("close", resolve));
      watcher.kill("SIGINT");
      return closed;
    },
  };
}

describe("the other commands", () => {
  test("lint: 0 and a summary when clean", async () => {
    const { code, stdout, stderr } = await agentwire(contracts(), "lint");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe("clean: 2 contracts, 1 type, 4 vectors\n");
    expect(JSON.parse((await inProcess(contracts(), "lint", { spec: "spec" })).stdout)).toEqual({
      ok: true,
      contracts: 2,
      types: 1,
      diagnostics: [],
    });
  });

  test("vectors: how many passed, and what they touch", async () => {
    const { code, stdout } = await agentwire(contracts(), "vectors", "--strict");
    expect(code).toBe(0);
    expect(stdout).toBe("pass: 4 of 4 vectors of 1 schema; they touch 4 of 4 members, values and constraints\n");
    expect(JSON.parse((await inProcess(contracts(), "vectors", {})).stdout)).toEqual({
      ok: true,
      schemas: 1,
      vectors: 4,
      passed: 4,
      touched: 4,
      total: 4,
      diagnostics: [],
    });
  });

  test("model: operations for people, everything as JSON", async () => {
    const folder = project({ "openapi.yaml": petStore });
    const { code, stdout } = await agentwire(folder, "model", "--spec", "openapi.yaml");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^petstore 1 {2}openapi\.yaml\n {2}getPet +GET +\/pets\/\{id\}\n\d+ types\n$/);
    const json = JSON.parse((await inProcess(folder, "model", { spec: "openapi.yaml" })).stdout);
    expect(json.services[0].operations[0]).toMatchObject({ name: "getPet", method: "GET", path: "/pets/{id}" });
    const type = json.types.find((one: { name: string }) => one.name === "Pet");
    expect(type).toMatchObject({ id: "openapi.yaml#/components/schemas/Pet", place: { file: "openapi.yaml" } });
    expect(JSON.stringify(json)).not.toContain(folder);
  });

  test("model: a member that is called place is one like any other", async () => {
    const place = { type: "object", properties: { document: { type: "string" }, pointer: { type: "string" } } };
    const folder = project({ "openapi.yaml": contract({ Party: { type: "object", properties: { place } } }) });
    const { code, stdout } = await inProcess(folder, "model", { spec: "openapi.yaml" });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).types[0].schema.properties.place).toEqual(place);
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "generator/package.json"), "utf8"));
    expect(await agentwire(temporaryFolder(), "--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("warnings of one kind: the first twenty are shown, the others counted; as JSON all of them", async () => {
    const paths = Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [`/a${index}`, { gett: operation(`a${index}`) }]),
    );
    const folder = project({ "openapi.yaml": contract({}, paths) });
    const { code, stderr } = await agentwire(folder, "generate", "--spec", "openapi.yaml", "--out", "out");
    expect(code).toBe(0);
    expect(stderr.match(/^warning not-supported {2}.*gett/gm)).toHaveLength(20);
    expect(stderr).toContain("warning not-supported  5 more; --json lists all\n\n25 warnings\n");
    const json = await agentwire(folder, "generate", "--spec", "openapi.yaml", "--out", "out", "--json");
    expect(JSON.parse(json.stdout).diagnostics).toHaveLength(25);
  });

  test("explain: the list names every code", async () => {
    const { code, stdout } = await agentwire(temporaryFolder(), "explain");
    expect(code).toBe(0);
    const named = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]);
    expect(named).toEqual(Object.keys(codes));
  });

  test("explain: a code, its meaning and what to do", async () => {
    const { code, stdout } = await agentwire(temporaryFolder(), "explain", "ref-outside-root");
    expect(code).toBe(0);
    const { explain, fix } = codes["ref-outside-root"];
    expect(stdout).toBe(`ref-outside-root (error)\n\n${explain}\n\nfix: ${fix}\n`);
  });

  test("explain: a code that it does not know", async () => {
    const { code, stderr } = await agentwire(temporaryFolder(), "explain", "toString");
    expect(code).toBe(2);
    expect(stderr).toContain('there is no diagnostic "toString"');
  });
});
