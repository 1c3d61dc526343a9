/** What contracts of others ask for, from the generated client to the generated server and back. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call, Client } from "../../kit/src/client/index.js";
import { inMemory, type Server } from "../../kit/src/server/index.js";
import { cleanUp, contract, filesOf, importNatively, linkPackages, project, writeFiles } from "../generator/tool.js";

const json = (schema: object) => ({ content: { "application/json": { schema } } });
const nothing = { 204: { description: "Done." } };
const number = { type: "object", required: ["n"], properties: { n: { type: "integer" } }, additionalProperties: false };
const text = { type: "object", required: ["t"], properties: { t: { type: "string" } }, additionalProperties: false };

const paths = {
  "/default": {
    get: { operationId: "onlyDefault", responses: { default: { description: "Done.", ...json(number) } } },
  },
  "/several": {
    post: {
      operationId: "several",
      requestBody: {
        required: true,
        content: {
          "application/json": { schema: number },
          "application/vnd.text+json": { schema: text },
          "application/octet-stream": {},
          "multipart/form-data": { schema: text },
        },
      },
      responses: nothing,
    },
  },
};

type Method = (request?: unknown, options?: object) => Call<unknown>;
interface Ends {
  /** Calls an operation, which answers with `body`. Gives what arrived and what came back. */
  call(name: string, request?: unknown, body?: unknown, options?: object): Promise<{ arrived: unknown; body: unknown }>;
  /** Sends what no client of ours would; gives the status. */
  post(path: string, type: string, body: string): Promise<number>;
}
let ends: Ends;

beforeAll(async () => {
  const folder = project({ "package.json": { type: "module" }, "openapi.json": contract({}, paths) });
  linkPackages(folder);
  const { files, problems } = await filesOf(join(folder, "openapi.json"));
  expect(problems).toEqual([]);
  writeFiles(folder, Object.fromEntries(files.map(({ path, text }) => [`out/${path}`, text])));
  const load = <Module>(name: string) => importNatively<Module>(pathToFileURL(join(folder, "out", name)).href);
  const { SampleServer } = await load<{ SampleServer: new () => Server }>("server.js");
  const { SampleClient } = await load<{ SampleClient: new (options: object) => Client }>("client.js");
  const { service } = await load<{ service: { operations: object } }>("operations.js");
  const state: { arrived?: unknown; body?: unknown } = {};
  for (const name of Object.keys(service.operations))
    Object.defineProperty(SampleServer.prototype, name, {
      value: async (request: unknown) => {
        state.arrived = request;
        return state.body;
      },
    });
  const server = new SampleServer();
  const client = new SampleClient({ baseUrl: "http://localhost", transport: inMemory(server) });
  const methods = client as unknown as Record<string, Method>;
  ends = {
    call: async (name, request, answer, options) => {
      state.body = answer;
      const body = await methods[name]?.(request, options);
      return { arrived: state.arrived, body };
    },
    post: async (path, type, body) => {
      const init = { method: "POST", headers: { "content-type": type }, body };
      return (await server.fetch(new Request(`http://localhost${path}`, init))).status;
    },
  };
});
afterAll(cleanUp);

test("a contract may declare nothing but a default response", async () => {
  expect((await ends.call("onlyDefault", undefined, { n: 1 })).body).toEqual({ n: 1 });
});

test("bytes and forms find their media type, though JSON is the first", async () => {
  const bytes = new Uint8Array([1, 2, 255]);
  expect((await ends.call("several", { body: bytes })).arrived).toEqual({ body: bytes });
  expect((await ends.call("several", { body: bytes.buffer })).arrived).toEqual({ body: bytes });
  const form = new FormData();
  form.set("t", "a");
  expect((await ends.call("several", { body: form })).arrived).toEqual({ body: { t: "a" } });
  expect((await ends.call("several", { body: { n: 1 } })).arrived).toEqual({ body: { n: 1 } });
});

test.each([
  ["application/json", '{"n":1}', 204],
  ["application/json", '{"t":"a"}', 400],
  ["application/json", '{"0":1}', 400],
  ["application/vnd.text+json", '{"t":"a"}', 204],
  ["application/vnd.text+json", '{"n":1}', 400],
  ["application/octet-stream", '{"n":"?"}', 204],
])("of several media types, %s has its own schema: %s", async (type, body, status) => {
  expect(await ends.post("/several", type, body)).toBe(status);
});
