import { expect } from "vitest";
import type { GenerateOptions } from "../../generator/src/commands/generate.js";
import type { Code } from "../../generator/src/diagnostics/codes.js";

/** A diagnostic as `--json` prints it. */
export interface Said {
  code: string;
  severity: string;
  message: string;
  fix: string;
  file?: string;
  line?: number;
  column?: number;
  pointer?: string;
}

/** What has to be said: code, `file:line:column` (as far as it matters), and a part of the message. */
export interface Wanted {
  readonly code: Code;
  readonly at?: string;
  readonly pointer?: string;
  readonly says?: string | RegExp;
}

export interface Bad {
  readonly name: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly wanted: readonly Wanted[];
  readonly options?: GenerateOptions;
  /** Default: `openapi.yaml`. */
  readonly spec?: string;
}

/** Each wanted problem is among those said, with all it takes to act on it; and, by default, nothing else is. */
export function expectSaid(said: readonly Said[], wanted: readonly Wanted[], { others = false } = {}): void {
  for (const { code, at, pointer, says } of wanted) {
    const found = said.find(
      (one) =>
        one.code === code &&
        (pointer === undefined || one.pointer === pointer) &&
        (says === undefined || (typeof says === "string" ? one.message.includes(says) : says.test(one.message))),
    );
    expect(found, `${code} ${pointer ?? ""} ${says ?? ""} among ${JSON.stringify(said, null, 2)}`).toBeDefined();
    const place = `${found?.file}:${found?.line}:${found?.column}`;
    if (at !== undefined) expect(place.slice(0, at.length)).toBe(at);
    expect(found?.fix).not.toBe("");
    expect(found?.message).not.toMatch(/\n\s+at |node_modules|undefined/);
  }
  if (!others) expect(said.map(({ code }) => code).sort()).toEqual(wanted.map(({ code }) => code).sort());
}
