// The same two calls, a GET with a path parameter and a POST of JSON, as each client writes them.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createClient } from "@hey-api/openapi-ts";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const contract = fileURLToPath(new URL("../../spec/v1/tool-registry/openapi.yaml", import.meta.url));
const body = `{ invocation_id: "i", tool_id: "adder", args: { a: 1, b: 2 } }`;

/** Each makes the function `get`, and `post`, of a base URL. */
const sources = {
  "Agentwire createCaller": {
    head: `import { createCaller } from "@agentwire/kit/client";
import { getTool, invokeTool } from "@agentwire/client/tool-registry/calls";`,
    make: "const call = createCaller({ baseUrl });",
    get: `call(getTool, { path: { tool_id: "adder" } }).then((answer) => answer.body)`,
    post: `call(invokeTool, { body: ${body} }).then((answer) => answer.body)`,
  },
  "Agentwire class client": {
    head: `import { ToolRegistryClient } from "@agentwire/client/tool-registry";`,
    make: "const client = new ToolRegistryClient({ baseUrl });",
    get: `client.getTool({ path: { tool_id: "adder" } })`,
    post: `client.invokeTool({ body: ${body} })`,
  },
  "openapi-fetch": {
    head: `import createClient from "openapi-fetch";`,
    make: "const client = createClient({ baseUrl });",
    get: `client.GET("/v1/tools/{tool_id}", { params: { path: { tool_id: "adder" } } }).then(({ data }) => data)`,
    post: `client.POST("/v1/tool-invocations", { body: ${body} }).then(({ data }) => data)`,
  },
  "hey-api": {
    head: `import { client } from "./hey-api/client.gen.ts";
import { getTool, invokeTool } from "./hey-api/sdk.gen.ts";`,
    make: "client.setConfig({ baseUrl });",
    get: `getTool({ path: { tool_id: "adder" } }).then(({ data }) => data)`,
    post: `invokeTool({ body: ${body} }).then(({ data }) => data)`,
  },
  ky: {
    head: `import ky from "ky";`,
    make: "",
    get: `ky.get(baseUrl + "/v1/tools/adder").json()`,
    post: `ky.post(baseUrl + "/v1/tool-invocations", { json: ${body} }).json()`,
  },
};

/** Writes the subjects as modules, the one that only gets and the one that does both. */
export async function prepareSubjects() {
  const folder = join(here, "out");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await createClient({
    input: contract,
    output: join(folder, "hey-api"),
    plugins: ["@hey-api/client-fetch", "@hey-api/sdk"],
    logs: { level: "silent" },
  });
  const subjects = Object.entries(sources).map(([name, { head, make, get, post }], index) => {
    const write = (file, ways) => {
      const path = join(folder, file);
      writeFileSync(path, `${head}\nexport const make = (baseUrl) => {\n${make}\nreturn { ${ways} };\n};\n`);
      return path;
    };
    return {
      name,
      one: write(`one-${index}.mjs`, `get: () => ${get}`),
      both: write(`both-${index}.mjs`, `get: () => ${get}, post: () => ${post}`),
    };
  });
  return { folder, subjects };
}

/** A subject's module for this process. */
export async function load({ both }, minify = false) {
  const outfile = both.replace(/\.mjs$/, ".built.mjs");
  await build({
    entryPoints: [both],
    outfile,
    bundle: true,
    minify,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}
