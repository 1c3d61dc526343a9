/** Which agent a configuration means. */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { executorOf } from "../../../services/src/runtime/executors/configured.js";
import { LineTooLong, linesOf } from "../../../services/src/runtime/executors/process/lines.js";
import { planner } from "../../../services/src/runtime/planner/planner.js";
import { cleanUp, project } from "../../generator/tool.js";
import { collect } from "../support.js";

afterAll(cleanUp);

describe("the executor of a configuration", () => {
  it("is the planner, unless the environment has a model", async () => {
    expect(await executorOf(undefined, { environment: {} })).toBe(planner);
    const environment = { OPENAI_MODEL: "tiny", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" };
    expect(await executorOf(undefined, { environment })).not.toBe(planner);
    expect(await executorOf({ kind: "planner" }, { environment })).toBe(planner);
  });

  it("is a function of a module, by a path from the folder of the configuration", async () => {
    const folder = project({
      "agents/mine.mjs":
        "export default async function* mine() { return {}; }\nexport async function* other() { return {}; }\n",
    });
    const mine = await executorOf({ kind: "function", module: "./agents/mine.mjs" }, { folder });
    expect(mine.name).toBe("mine");
    const other = await executorOf({ kind: "function", module: join(folder, "agents/mine.mjs"), export: "other" });
    expect(other.name).toBe("other");
  });

  it.each([
    [{ kind: "function", module: "./nowhere.mjs" }, /module "\.\/nowhere\.mjs" cannot be loaded/],
    [{ kind: "function", module: "node:path", export: "nothing" }, /no function "nothing"/],
    [{ kind: "openai-compatible" }, /OPENAI_BASE_URL is not set/],
    [{ kind: "openai-compatible", base_url: "http://127.0.0.1:1" }, /OPENAI_MODEL is not set/],
    [{ kind: "process", command: "x", env: { TOKEN: { env: "MISSING_TOKEN" } } }, /MISSING_TOKEN is not set/],
  ] as const)("%j that cannot be is said", async (config, message) => {
    await expect(executorOf(config, { environment: {} })).rejects.toThrow(message);
  });
});

describe("the lines of a program", () => {
  const cut = (text: string, cuts: readonly number[]): Buffer[] => {
    const bytes = Buffer.from(text);
    const places = [0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
    return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
  };
  async function* chunks(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
    yield* parts;
  }

  it("are the same wherever the chunks are cut", async () => {
    const line = fc.string({ unit: fc.constantFrom("a", "é", "𝄞", " ", "\t", "{", '"') });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.constantFrom("\n", "\r\n"), fc.array(fc.nat()), async (lines, end, cuts) => {
        const text = lines.map((one) => one + end).join("");
        expect(await collect(linesOf(chunks(cut(text, cuts)), 1000))).toEqual(lines);
      }),
    );
  });

  it("need no end after the last one, and have a limit that holds before a line has ended", async () => {
    expect(await collect(linesOf(chunks([Buffer.from("a\nb")]), 10))).toEqual(["a", "b"]);
    await expect(collect(linesOf(chunks([Buffer.from("0123"), Buffer.from("4567890")]), 10))).rejects.toThrow(
      LineTooLong,
    );
  });
});
