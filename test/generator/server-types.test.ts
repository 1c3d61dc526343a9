/** What the types of a generated server base let its implementer do. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { typeProblems } from "./compile.js";
import { cleanUp, contract, filesOf, linkPackages, project, writeFiles } from "./tool.js";

afterAll(cleanUp);

const text = { schema: { type: "string" } };
const kinds = {
  "only redirects": { 302: { description: "Elsewhere.", headers: { Location: text } } },
  "has to send a header": { 200: { description: "Done.", headers: { Location: { ...text, required: true } } } },
};

test.each(
  Object.entries(kinds).flatMap(([kind, responses]) => [
    { kind, responses, answer: 'reply(302, undefined, { Location: "/b" })', problems: [] },
    { kind, responses, answer: "undefined", problems: [expect.stringContaining("'undefined' is not assignable")] },
  ]),
)("an operation that $kind answers by a reply: $answer", async ({ responses, answer, problems }) => {
  const paths = { "/a": { get: { operationId: "go", responses: { ...responses, 404: { description: "No." } } } } };
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
