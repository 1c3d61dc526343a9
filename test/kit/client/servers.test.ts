import { expect, test } from "vitest";
import { serverUrl } from "../../../kit/src/client/index.js";
import type { ServiceServer } from "../../../kit/src/operation.js";
import { Client, service } from "./fixtures.js";

const servers: ServiceServer[] = [
  {
    url: "https://{region}.example.com:{port}/{base}",
    variables: { region: { default: "eu", enum: ["eu", "us"] }, port: { default: "443" }, base: { default: "v1/api" } },
  },
  { url: "http://localhost:8080" },
  { url: "{origin}/v1", variables: { origin: { default: "https://api.example" } } },
];
const about = { ...service, servers };

test("the first server is the default, with its defaults; others by index, with variables", () => {
  expect(serverUrl(about)).toBe("https://eu.example.com:443/v1/api");
  expect(serverUrl(about, { index: 0, variables: { region: "us", port: "8443", base: "v2" } })).toBe(
    "https://us.example.com:8443/v2",
  );
  expect(serverUrl(about, { index: 1 })).toBe("http://localhost:8080");
  expect(serverUrl(about, { index: 2, variables: { origin: "http://127.0.0.1:1/x" } })).toBe("http://127.0.0.1:1/x/v1");
});

test.each([
  [{ index: 3 }, /no server 3/],
  [{ index: 0, variables: { zone: "x" } }, /no variable "zone"/],
  [{ index: 0, variables: { toString: "x" } }, /no variable "toString"/],
  [{ index: 0, variables: { region: "asia" } }, /"asia" cannot be the server's region/],
  [{ index: 0, variables: { port: "1/evil" } }, /cannot be/],
  [{ index: 0, variables: { port: "1@evil.example" } }, /cannot be/],
  [{ index: 0, variables: { base: "x?y" } }, /cannot be/],
  [{ index: 0, variables: { base: "x#y" } }, /cannot be/],
])("%j is refused", (choice, message) => {
  expect(() => serverUrl(about, choice)).toThrow(message);
  expect(() => new Client(about, { server: choice })).toThrow(TypeError);
});

test("a client goes to its baseUrl, else to the chosen server, else to the first that is whole", async () => {
  const went: string[] = [];
  const fetch = async ({ url }: Request) => {
    went.push(url);
    return Response.json({});
  };
  await new Client(about, { fetch }).call("health");
  await new Client(about, { fetch, server: { index: 1 } }).call("health");
  await new Client(about, { fetch, server: { index: 1 }, baseUrl: "http://mine" }).call("health");
  await new Client({ ...service, servers: [{ url: "/relative" }] }, { fetch }).call("health");
  await new Client(service, { fetch }).call("health");
  expect(went).toEqual([
    "https://eu.example.com/v1/api/v1/health",
    "http://localhost:8080/v1/health",
    "http://mine/v1/health",
    "http://localhost/v1/health",
    "http://localhost/v1/health",
  ]);
});
