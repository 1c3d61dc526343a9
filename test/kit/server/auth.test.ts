import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServiceDescription } from "../../../kit/src/index.js";
import {
  type AuthOptions,
  authFromEnvironment,
  constantTimeEqual,
  hashToken,
  type RequestContext,
} from "../../../kit/src/server/index.js";
import { type Host, hosts, type Received } from "./hosts.js";
import { SampleServer, service } from "./service.js";

const AUDIENCE = "sample";
const keys = await generateKeyPair("RS256");
const rotated = await generateKeyPair("RS256");
const longer = await generateKeyPair("RS384");
const now = Math.floor(Date.now() / 1000);

let issuer = "";
let issuerHttp: HttpServer;
let serving = [{ ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "RS256" }];

beforeAll(async () => {
  issuerHttp = createServer((request, response) => {
    const isDiscovery = request.url === "/.well-known/openid-configuration";
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isDiscovery ? { issuer, jwks_uri: `${issuer}/jwks` } : { keys: serving }));
  });
  await new Promise<void>((resolve) => issuerHttp.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(issuerHttp.address() as AddressInfo).port}`;
});
afterAll(() => {
  issuerHttp.close();
  issuerHttp.closeAllConnections();
});

async function token(
  claims: Record<string, unknown> = {},
  header: { kid?: string; alg?: string } = { kid: "k1" },
  key = keys.privateKey,
) {
  const payload: JWTPayload = { sub: "alice", iss: issuer, aud: AUDIENCE, exp: now + 300, ...claims };
  return await new SignJWT(payload).setProtectedHeader({ alg: "RS256", ...header }).sign(key);
}

function unsigned(): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "none", kid: "k1" })}.${encode({ sub: "eve", iss: issuer, aud: AUDIENCE, exp: now + 300 })}.`;
}

class WhoServer extends SampleServer {
  override async getRun(_contents: unknown, context?: RequestContext) {
    return { run_id: context?.principal?.subject ?? "nobody", state: "running" };
  }
}

const required = (): AuthOptions => ({ mode: "required", jwt: { issuer, audience: AUDIENCE } });

describe.each(Object.entries(hosts))("required tokens on %s", (_, start) => {
  let host: Host;
  beforeAll(async () => {
    host = await start(new WhoServer({ auth: required() }));
  });
  afterAll(async () => {
    await host.stop();
  });

  const ask = (credential?: string, target = "/v1/runs/a", method = "GET") =>
    host.send(target, { method, headers: credential === undefined ? {} : { authorization: credential } });

  function expectRefusal(received: Received, error: string): void {
    expect(received.status).toBe(401);
    expect(received.headers["www-authenticate"]).toMatch(new RegExp(`^Bearer error="${error}", error_description="`));
    expect(JSON.parse(received.text)).toEqual({ error: { code: "unauthorized", message: expect.any(String) } });
  }

  it("takes a good token, whatever the case of the scheme", async () => {
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      const received = await ask(`${scheme} ${await token()}`);
      expect(JSON.parse(received.text)).toMatchObject({ run_id: "alice" });
    }
    expect((await ask(`Bearer ${await token({ aud: ["other", AUDIENCE] })}`)).status).toBe(200);
    expect((await ask(`Bearer ${await token({ exp: now - 30 })}`)).status).toBe(200);
  });

  it.each([
    ["none", undefined],
    ["another scheme", "Basic YTpi"],
    ["one word", "Bearer"],
    ["three words", "Bearer a b"],
  ])("refuses credentials: %s", async (_name, credential) => {
    expectRefusal(await ask(credential), "invalid_request");
  });

  it.each([
    ["malformed", async () => "a.b.c"],
    ["unsigned", async () => unsigned()],
    ["expired", () => token({ exp: now - 120 })],
    ["without exp", () => token({ exp: undefined })],
    ["not valid yet", () => token({ nbf: now + 300 })],
    ["of another issuer", () => token({ iss: "https://other.example" })],
    ["without issuer", () => token({ iss: undefined })],
    ["for another audience", () => token({ aud: "other" })],
    ["without audience", () => token({ aud: undefined })],
    ["with an unknown key", () => token({}, { kid: "k9" })],
    ["without a key id", () => token({}, {})],
    ["with an algorithm that is not allowed", () => token({}, { kid: "k1", alg: "RS384" }, longer.privateKey)],
    ["signed by another key", () => token({}, { kid: "k1" }, rotated.privateKey)],
  ])("refuses a token that is %s", async (_name, make) => {
    expectRefusal(await ask(`Bearer ${await make()}`), "invalid_token");
  });

  it("lets a stranger probe for nothing", async () => {
    expectRefusal(await ask(undefined, "/v1/unknown"), "invalid_request");
    expectRefusal(await ask(undefined, "/v1/runs", "PUT"), "invalid_request");
    expectRefusal(await ask(undefined, "/v1/runs", "OPTIONS"), "invalid_request");
    expectRefusal(await ask(undefined, "/v1/health/"), "invalid_request");
    expectRefusal(await ask(undefined, "/v1/later"), "invalid_request");
    expect((await ask(`Bearer ${await token()}`, "/v1/unknown")).status).toBe(404);
  });

  it("leaves public operations open, even to a bad token", async () => {
    expect((await ask(undefined, "/v1/health")).status).toBe(200);
    expect((await ask("Bearer nonsense", "/v1/version")).status).toBe(200);
  });
});

const handle = async (server: SampleServer, target: string, headers: Record<string, string> = {}) => {
  const response = await server.handle({ method: "GET", target, headers, signal: new AbortController().signal });
  return { ...response, json: JSON.parse(String(response.body)) as Record<string, unknown> };
};

describe("auth", () => {
  it("disabled: everyone is the developer", async () => {
    const { json } = await handle(new WhoServer(), "/v1/runs/a", { authorization: "Bearer nonsense" });
    expect(json).toMatchObject({ run_id: "dev" });
  });

  it("optional: anonymous without credentials, refused with bad ones", async () => {
    const server = new WhoServer({ auth: { ...required(), mode: "optional" } });
    expect((await handle(server, "/v1/runs/a")).json).toMatchObject({ run_id: "anonymous" });
    expect((await handle(server, "/v1/runs/a", { authorization: `Bearer ${await token()}` })).json).toMatchObject({
      run_id: "alice",
    });
    expect((await handle(server, "/v1/runs/a", { authorization: "Basic YTpi" })).status).toBe(401);
    expect((await handle(server, "/v1/runs/a", { authorization: "Bearer x" })).status).toBe(401);
  });

  it.each([
    ["jwksUri", { jwksUri: "http://127.0.0.1:9/jwks" }],
    ["discovery", { issuer: "http://127.0.0.1:9" }],
  ])("says unavailable, not unauthorized, when keys cannot be fetched by %s", async (_, jwt) => {
    const server = new WhoServer({ auth: { mode: "required", jwt } });
    const { status, json } = await handle(server, "/v1/runs/a", { authorization: `Bearer ${await token()}` });
    expect([status, json]).toMatchObject([503, { error: { code: "unavailable", retryable: true } }]);
  });

  it("refuses a discovery document of another issuer", async () => {
    const auth: AuthOptions = {
      mode: "required",
      jwt: { issuer: "https://real.example", discoveryUrl: `${issuer}/.well-known/openid-configuration` },
    };
    expect(
      (await handle(new WhoServer({ auth }), "/v1/runs/a", { authorization: `Bearer ${await token()}` })).status,
    ).toBe(503);
  });

  it("learns of a rotated key", async () => {
    const server = new WhoServer({
      auth: { mode: "required", jwt: { jwksUri: `${issuer}/jwks`, audience: AUDIENCE } },
    });
    serving = [{ ...(await exportJWK(rotated.publicKey)), kid: "k2", alg: "RS256" }];
    const made = await token({}, { kid: "k2" }, rotated.privateKey);
    expect((await handle(server, "/v1/runs/a", { authorization: `Bearer ${made}` })).status).toBe(200);
  });

  it("checks opaque tokens, basic and API keys, as any of several, each of all", async () => {
    const description: ServiceDescription = {
      ...service,
      securitySchemes: {
        Opaque: { type: "http", scheme: "bearer" },
        Basic: { type: "http", scheme: "basic" },
        Key: { type: "apiKey", in: "header", name: "X-Key" },
        Cookie: { type: "apiKey", in: "cookie", name: "sid" },
      },
      security: [{ Opaque: [] }, { Basic: [] }, { Key: [], Cookie: [] }],
    };
    const stored = hashToken("t0ken");
    const auth: AuthOptions = {
      mode: "required",
      schemes: {
        Opaque: (text) => (constantTimeEqual(hashToken(text), stored) ? "opal" : undefined),
        Basic: (text) => (text === "ann:pass:word" ? { subject: "ann" } : undefined),
        Key: async (text) => (text === "k" ? "kay" : undefined),
        Cookie: (text) => (text === "s" ? "sid" : undefined),
      },
    };
    const who = async (headers: Record<string, string>) => {
      const { status, json } = await handle(new WhoServer({ auth }, description), "/v1/runs/a", headers);
      return status === 200 ? json["run_id"] : status;
    };
    expect(await who({ authorization: "Bearer t0ken" })).toBe("opal");
    expect(await who({ authorization: "Bearer other" })).toBe(401);
    expect(await who({ authorization: `Basic ${Buffer.from("ann:pass:word").toString("base64")}` })).toBe("ann");
    expect(await who({ "x-key": "k", cookie: "a=b; sid=s" })).toBe("kay");
    expect(await who({ "x-key": "k" })).toBe(401);
    expect(await who({ "x-key": "k", cookie: "sid=no" })).toBe(401);
    expect(await who({})).toBe(401);
  });

  it("allows anonymous callers where the contract does, and demands scopes", async () => {
    const open = { ...service, security: [{ Jwt: [] }, {}] };
    const auth: AuthOptions = {
      mode: "required",
      schemes: { Jwt: () => ({ subject: "s", claims: { scope: "a b" } }) },
    };
    expect((await handle(new WhoServer({ auth }, open), "/v1/runs/a")).json).toMatchObject({ run_id: "nobody" });
    const scoped = { ...service, security: [{ Jwt: ["a", "c"] }] };
    const refused = await handle(new WhoServer({ auth }, scoped), "/v1/runs/a", { authorization: "Bearer x" });
    expect([refused.status, refused.json]).toMatchObject([403, { error: { code: "forbidden" } }]);
  });

  it("refuses to start half configured", () => {
    expect(() => new SampleServer({ auth: { mode: "required" } })).toThrow(/nothing checks Jwt/);
    expect(() => new SampleServer({ auth: { mode: "required", schemes: { Nope: () => "x" } } })).toThrow(
      /no scheme "Nope"/,
    );
    expect(() => new SampleServer({ auth: { mode: "required", jwt: { issuer, algorithms: ["none"] } } })).toThrow(
      /none/,
    );
    expect(() => new SampleServer({ auth: { mode: "required", jwt: {} } })).toThrow(/jwksUri/);
  });

  it("reads the environment", () => {
    expect(authFromEnvironment({ ARP_AUTH_MODE: " Disabled " })).toMatchObject({ mode: "disabled", devSubject: "dev" });
    expect(authFromEnvironment({ ARP_AUTH_ISSUER: "https://i", ARP_AUTH_ALGORITHMS: "RS256, ES256" })).toMatchObject({
      mode: "required",
      jwt: { issuer: "https://i", algorithms: ["RS256", "ES256"], clockSkewSeconds: 60 },
      exemptPaths: ["/v1/health", "/v1/version"],
      anonymousSubject: "anonymous",
    });
    expect(() => authFromEnvironment({})).toThrow(/ARP_AUTH_JWKS_URI/);
    expect(() => authFromEnvironment({ ARP_AUTH_MODE: "maybe" })).toThrow(/ARP_AUTH_MODE/);
    const base = { ARP_AUTH_ISSUER: "https://i" };
    expect(() => authFromEnvironment({ ...base, ARP_AUTH_ALGORITHMS: "," })).toThrow(/ALGORITHMS/);
    expect(() => authFromEnvironment({ ...base, ARP_AUTH_CLOCK_SKEW_SECONDS: "soon" })).toThrow(/CLOCK_SKEW/);
  });
});
