import { afterEach, expect, test } from "vitest";
import { apiKey, basic, bearer, UnauthorizedError } from "../../../kit/src/client/index.js";
import { answer, Client, closeAll, failure, serve, service } from "./fixtures.js";

afterEach(closeAll);
const path = { run_id: "r" };
const echo = () =>
  serve((request, response) => answer(response, 200, { run_id: `${request.headers.authorization} ${request.url}` }));

test("credentials go where the contract says, and never to a public operation", async () => {
  const { url } = await echo();
  const client = new Client(service, { baseUrl: url, auth: bearer(async () => "secret") });
  expect(await client.call("getRun", { path })).toEqual({ run_id: "Bearer secret /v1/runs/r" });
  expect(await client.call("health")).toEqual({ run_id: "undefined /v1/health" });
});

test("basic, API keys, and providers by scheme name", async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { "content-type": "text/x" }).end(`${request.headers.authorization} ${request.url}`);
  });
  const text = async (options: object, name = "upload") =>
    new TextDecoder().decode(
      await new Client(
        { ...service, ...options },
        { baseUrl: url, auth: { user: basic("ä", "ö"), key: apiKey("a&b") } },
      ).call<Uint8Array>(name, {}),
    );
  expect(await text({})).toBe("undefined /v1/upload?api_key=a%26b");
  const upload = service.operations.upload;
  expect(await text({ operations: { upload: { ...upload, security: [{ token: [] }, { user: [] }] } } })).toBe(
    "Basic w6Q6w7Y= /v1/upload",
  );
  expect(await text({ operations: { upload: { ...upload, security: [{}] } } })).toBe("undefined /v1/upload");
});

test("after a 401 a function is asked once for a newer token, by all callers together", async () => {
  const { url, seen } = await serve((request, response) => {
    if (request.headers.authorization === "Bearer new") answer(response, 200, { run_id: "r" });
    else answer(response, 401, {});
  });
  const asked: (string | undefined)[] = [];
  let token = "old";
  const auth = bearer(async ({ rejected }) => {
    asked.push(rejected);
    if (rejected !== undefined) token = "new";
    return token;
  });
  const client = new Client(service, { baseUrl: url, auth });
  await Promise.all([
    client.call("getRun", { path }),
    client.call("cancelRun", { path }),
    client.call("getRun", { path }),
  ]);
  expect(seen.length).toBe(6);
  expect(asked.filter((rejected) => rejected !== undefined).length).toBe(1);
});

test("a token that cannot be renewed is refused once; a new one that is refused too is not tried a third time", async () => {
  const { url, seen } = await serve((_, response) => answer(response, 401, {}));
  expect(
    await failure(new Client(service, { baseUrl: url, auth: bearer("t") }).call("getRun", { path })),
  ).toBeInstanceOf(UnauthorizedError);
  expect(seen.length).toBe(1);
  let count = 0;
  const auth = bearer(() => `t${count++}`);
  expect(await failure(new Client(service, { baseUrl: url, auth }).call("getRun", { path }))).toBeInstanceOf(
    UnauthorizedError,
  );
  expect(seen.length).toBe(3);
});

test("an error of the provider reaches the caller as it is", async () => {
  const auth = bearer(() => Promise.reject(new RangeError("vault is closed")));
  expect(await failure(new Client(service, { auth }).call("getRun", { path }))).toBeInstanceOf(RangeError);
});
