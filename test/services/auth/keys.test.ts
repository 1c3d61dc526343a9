import { generateKeyPairSync } from "node:crypto";
import type { JwtOptions } from "@agentwire/kit/server";
import type { JWK } from "jose";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { ask } from "../raw.js";
import { listen } from "../support.js";
import { AUDIENCE, Issuer, newKey } from "./issuer.js";

afterEach(() => void vi.useRealTimers());

/** The clock that tokens and caches are judged by; timers go on as ever. */
function later(seconds: number): void {
  const now = Date.now() + seconds * 1000;
  vi.useFakeTimers({ toFake: ["Date"], now });
}

async function startIssuer(): Promise<Issuer> {
  const issuer = await Issuer.start();
  onTestFinished(() => issuer.down());
  return issuer;
}

/** A service that trusts an issuer, as a function from a token to the status of the answer. */
async function trusting(jwt: JwtOptions): Promise<(token: string) => Promise<number>> {
  const server = new ToolRegistryService({ auth: { mode: "required", jwt: { audience: AUDIENCE, ...jwt } } });
  const url = await listen(server);
  return async (token) => (await ask(url, "/v1/tools", { headers: { authorization: `Bearer ${token}` } })).status;
}

const WAYS: readonly (readonly [string, (issuer: Issuer) => JwtOptions])[] = [
  ["jwks_uri", ({ jwksUri }) => ({ jwksUri })],
  ["discovery from the issuer", ({ url }) => ({ issuer: url })],
  ["a discovery address", ({ url }) => ({ discoveryUrl: `${url}/.well-known/openid-configuration` })],
];

describe.each(WAYS)("keys by %s", (way, jwtOf) => {
  it("are fetched on first use, and once for many requests", async () => {
    const issuer = await startIssuer();
    const call = await trusting(jwtOf(issuer));
    expect(issuer.fetched).toEqual({ discovery: 0, keys: 0 });
    const token = await issuer.token();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => call(token)));
    for (let count = 0; count < 20; count += 1) statuses.push(await call(token));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(issuer.fetched).toEqual({ discovery: way === "jwks_uri" ? 0 : 1, keys: 1 });
  });

  it("a new one is picked up, and one that was taken back is refused when the cache has run out", async () => {
    const issuer = await startIssuer();
    const call = await trusting(jwtOf(issuer));
    expect(await call(await issuer.token())).toBe(200);
    const next = await newKey("k2");
    issuer.keys = [issuer.key, next];
    later(31);
    expect(await call(await issuer.token({ key: next }))).toBe(200);
    expect(await call(await issuer.token())).toBe(200);
    issuer.keys = [next];
    later(10 * 60 + 1);
    expect(await call(await issuer.token())).toBe(401);
    expect(await call(await issuer.token({ key: next }))).toBe(200);
  });

  it("strangers who make up key ids cannot have them fetched again and again", async () => {
    const issuer = await startIssuer();
    const call = await trusting(jwtOf(issuer));
    const made = await newKey("made-up");
    for (let count = 0; count < 10; count += 1) {
      expect(await call(await issuer.token({ key: made, header: { kid: `made-up-${count}` } }))).toBe(401);
    }
    expect(await call(await issuer.token({ header: { kid: undefined } }))).toBe(401);
    expect(issuer.fetched).toMatchObject({ keys: 1, discovery: way === "jwks_uri" ? 0 : 1 });
  });

  it("are not fetched for a token that names none", async () => {
    const issuer = await startIssuer();
    const call = await trusting(jwtOf(issuer));
    expect(await call(await issuer.token({ header: { kid: undefined } }))).toBe(401);
    expect(issuer.fetched).toEqual({ discovery: 0, keys: 0 });
  });

  it("an issuer that is down: 503 unavailable and retryable, where upstream blames the token with 401", async () => {
    const issuer = await startIssuer();
    const token = await issuer.token();
    await issuer.down();
    const auth = { mode: "required", jwt: { audience: AUDIENCE, ...jwtOf(issuer) } } as const;
    const url = await listen(new ToolRegistryService({ auth }));
    const call = (credential: string) => ask(url, "/v1/tools", { headers: { authorization: credential } });
    const { status, headers, json } = await call(`Bearer ${token}`);
    expect(status).toBe(503);
    expect(json).toEqual({ error: { code: "unavailable", message: expect.any(String), retryable: true } });
    expect(headers["www-authenticate"]).toBeUndefined();
    expect((await ask(url, "/v1/tools")).status).toBe(401);
    expect((await ask(url, "/v1/health")).status).toBe(200);
    await issuer.up();
    expect((await call(`Bearer ${token}`)).status).toBe(200);
  });

  it("an issuer that goes down later does not matter while its keys are cached", async () => {
    const issuer = await startIssuer();
    const call = await trusting(jwtOf(issuer));
    expect(await call(await issuer.token())).toBe(200);
    await issuer.down();
    later(5 * 60);
    expect(await call(await issuer.token())).toBe(200);
  });

  it("nor when a stranger names an unknown key meanwhile", async () => {
    const issuer = await startIssuer();
    const call = await trusting(jwtOf(issuer));
    expect(await call(await issuer.token())).toBe(200);
    await issuer.down();
    later(31);
    expect(await call(await issuer.token({ key: await newKey("unknown") }))).toBe(503);
    expect(await call(await issuer.token())).toBe(200);
  });

  it.each([
    ["an error", { status: 500, body: "oops" }],
    ["a redirect", { status: 302, body: "" }],
    ["what is no JSON", { status: 200, body: "<html>" }],
    ["what is no key set", { status: 200, body: '{"keys":{}}' }],
    ["nothing", { status: 204, body: "" }],
  ])("a key set that is %s: 503, and 200 when it is repaired", async (_, broken) => {
    const issuer = await startIssuer();
    const call = await trusting(jwtOf(issuer));
    issuer.broken = broken;
    expect(await call(await issuer.token())).toBe(503);
    issuer.broken = undefined;
    expect(await call(await issuer.token())).toBe(200);
  });
});

describe("a key that cannot be used", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });

  it.each<[string, JWK]>([
    ["too short", { ...(weak.publicKey.export({ format: "jwk" }) as JWK), alg: "RS256" }],
    ["incomplete", { kty: "RSA", alg: "RS256", e: "AQAB" }],
    ["no key", { kty: "RSA", alg: "RS256", n: "!", e: "!" }],
    ["of another kind", { kty: "EC", alg: "RS256", crv: "P-256", x: "AA", y: "AA" }],
    ["of a kind that is none", { kty: "magic", alg: "RS256" }],
  ])("as it is %s: 401 for whoever names it, and the others are as good as ever", async (_, published) => {
    const issuer = await startIssuer();
    const broken = { ...issuer.key, kid: "broken", published: { ...published, kid: "broken" } };
    issuer.keys = [broken, issuer.key];
    const call = await trusting({ jwksUri: issuer.jwksUri });
    expect(await call(await issuer.token({ key: broken }))).toBe(401);
    expect(await call(await issuer.token())).toBe(200);
    const local = await trusting({ jwks: { keys: issuer.keys.map((key) => key.published) } });
    expect(await local(await issuer.token({ key: broken }))).toBe(401);
    expect(await local(await issuer.token())).toBe(200);
  });
});

describe("a discovery document", () => {
  it("is read again when the keys that it named are gone and too old to use", async () => {
    const issuer = await startIssuer();
    const call = await trusting({ issuer: issuer.url });
    expect(await call(await issuer.token())).toBe(200);
    later(10 * 60 + 1);
    issuer.keysPath = "/moved";
    expect(await call(await issuer.token())).toBe(503);
    expect(await call(await issuer.token())).toBe(200);
    expect(issuer.fetched.discovery).toBe(2);
  });

  it.each([
    ["an error", { status: 500, body: "oops" }],
    ["what is no JSON", { status: 200, body: "<html>" }],
    ["null", { status: 200, body: "null" }],
    ["without jwks_uri", { status: 200, body: "{}" }],
    ["with a jwks_uri that is none", { status: 200, body: '{"jwks_uri":"keys"}' }],
  ])("that is %s: 503, and 200 when it is repaired", async (_, broken) => {
    const issuer = await startIssuer();
    const call = await trusting({ discoveryUrl: `${issuer.url}/.well-known/openid-configuration` });
    issuer.brokenDiscovery = broken;
    expect(await call(await issuer.token())).toBe(503);
    issuer.brokenDiscovery = undefined;
    expect(await call(await issuer.token())).toBe(200);
  });

  it("of another issuer is not believed: 503", async () => {
    const [trusted, other] = [await startIssuer(), await startIssuer()];
    const discoveryUrl = `${other.url}/.well-known/openid-configuration`;
    const call = await trusting({ issuer: trusted.url, discoveryUrl });
    expect(await call(await other.token({ claims: { iss: trusted.url } }))).toBe(503);
  });
});
