/** What the types of a generated server base let its implementer do. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { typeProblems } from "./compile.js";
import { cleanUp, contract, filesOf, linkPackages, project, writeFiles } from "./tool.js";

afterAll(cleanUp);

const redirect = { description: "Elsewhere.", headers: { Location: { schema: { type: "string" } } } };

test.each([
  ['reply(302, undefined, { Location: "/b" })', []],
  ["undefined", [expect.stringContaining("Type 'undefined' is not assignable")]],
])("an operation that only redirects answers by a reply that says where to: %s", async (answer, problems) => {
  const paths = { "/a": { get: { operationId: "go", responses: { 302: redirect, 404: { description: "No." } } } } };
  const folder = project({ "package.json": { type: "module" }, "openapi.json": contract({}, paths) });
  linkPackages(folder);
  const { files } = await filesOf(join(folder, "openapi.json"));
  writeFiles(folder, Object.fromEntries(files.map(({ path, text }) => [`out/${path}`, text])));
  writeFiles(folder, {
    "use.ts": [
      'import { reply } from "@agentwire/kit/server";',
      'import { SampleServer } from "./out/server.js";',
      "export class Service extends SampleServer {",
      `  override go() { return ${answer}; }`,
      "}",
      "void reply;",
    ].join("\n"),
  });
  expect(typeProblems([join(folder, "use.ts")])).toEqual(problems.length === 0 ? [] : expect.arrayContaining(problems));
});
