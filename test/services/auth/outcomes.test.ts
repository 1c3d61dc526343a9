import type { AuthMode, Server } from "@agentwire/kit/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, ask } from "../raw.js";
import { AUDIENCE, Issuer, type Making, newKey, nowSeconds } from "./issuer.js";
import { callersOf, type Guarded, SERVICES } from "./services.js";

const issuer = await Issuer.start();
const [stranger, stronger, unknown] = await Promise.all([newKey("k1"), newKey("k3", "RS384"), newKey("k9")]);
issuer.keys = [issuer.key, stronger];
afterAll(() => issuer.down());

/** Serves in a mode for the tests of the surrounding block. */
function serving({ make, method }: Guarded, mode: AuthMode) {
  const served = { url: "", callers: [] as string[] };
  let server: Server;
  beforeAll(async () => {
    const jwt = { issuer: issuer.url, audience: AUDIENCE };
    server = make({ auth: { mode, ...(mode === "disabled" ? {} : { jwt }) } });
    served.callers = callersOf(server, method);
    served.url = (await server.listen({ signals: false })).url;
  });
  afterAll(() => server.close({ timeoutMs: 500 }));
  return served;
}

function authorized(credential: string | undefined): { headers: Record<string, string> } {
  return { headers: credential === undefined ? {} : { authorization: credential } };
}

/** The whole of a 401: a challenge with this error, and an envelope with nothing but code and message. */
function expectRefusal({ status, headers, json }: Answer, error: "invalid_request" | "invalid_token"): void {
  expect(status).toBe(401);
  expect(headers["content-type"]).toBe("application/json");
  expect(json).toEqual({ error: { code: "unauthorized", message: expect.stringMatching(/./) } });
  const description = json.error.message.replace(/["\\]/g, "\\$&");
  expect(headers["www-authenticate"]).toBe(`Bearer error="${error}", error_description="${description}"`);
}

/** Credentials that are no bearer token; undefined stands for no header. */
const NO_TOKEN: readonly (readonly [string, string])[] = [
  ["one word", "Bearer"],
  ["three words", "Bearer a b"],
  ["no words", " "],
  ["another scheme", "Basic YTpi"],
  ["a token without a scheme", "a.b.c"],
];

const BAD_TOKENS: readonly (readonly [string, () => string | Promise<string>])[] = [
  ["malformed", () => "a.b.c"],
  ["a single word", () => "secret"],
  ["of alg none, without signature", () => issuer.unsigned()],
  ["expired beyond the leeway", () => token({ claims: { exp: nowSeconds() - 90 } })],
  ["without exp (upstream accepts it)", () => token({ claims: { exp: undefined } })],
  ["not valid yet", () => token({ claims: { nbf: nowSeconds() + 90 } })],
  ["issued in the future", () => token({ claims: { iat: nowSeconds() + 90 } })],
  ["issued at no time", () => token({ claims: { iat: "now" } })],
  ["whose sub is no text", () => token({ claims: { sub: 5 } })],
  ["for another audience", () => token({ claims: { aud: "other" } })],
  ["for a list of other audiences", () => token({ claims: { aud: ["other", `${AUDIENCE}2`] } })],
  ["without aud", () => token({ claims: { aud: undefined } })],
  ["of another issuer", () => token({ claims: { iss: "https://other.example" } })],
  ["of the issuer with a slash more", () => token({ claims: { iss: `${issuer.url}/` } })],
  ["without iss", () => token({ claims: { iss: undefined } })],
  ["signed by another key of that name", () => token({ key: stranger })],
  ["altered after signing", async () => altered(await token())],
  ["of an algorithm that is not allowed", () => token({ key: stronger })],
  ["of an unknown kid", () => token({ key: unknown })],
  ["without kid", () => token({ header: { kid: undefined } })],
  ["signed with the public key as a shared secret", () => confused()],
];

const GOOD_TOKENS: readonly (readonly [string, () => Promise<string>, string])[] = [
  ["good", () => token(), "alice"],
  ["expired within the leeway", () => token({ claims: { exp: nowSeconds() - 30 } }), "alice"],
  ["valid from now on, within the leeway", () => token({ claims: { nbf: nowSeconds() + 30 } }), "alice"],
  ["issued from now on, within the leeway", () => token({ claims: { iat: nowSeconds() + 30 } }), "alice"],
  ["for a list of audiences with this one", () => token({ claims: { aud: ["other", AUDIENCE] } }), "alice"],
  ["without sub", () => token({ claims: { sub: undefined } }), ""],
];

const token = (making?: Making) => issuer.token(making);

/** Another subject under the signature of the first. */
function altered(text: string): string {
  const [header, claims, signature] = text.split(".");
  const changed = { ...JSON.parse(Buffer.from(String(claims), "base64url").toString()), sub: "eve" };
  return [header, Buffer.from(JSON.stringify(changed)).toString("base64url"), signature].join(".");
}

/** HS256 keyed with what the issuer publishes: the classic confusion of algorithms. */
async function confused(): Promise<string> {
  const { SignJWT } = await import("jose");
  const key = new TextEncoder().encode(JSON.stringify(issuer.key.published));
  const claims = { sub: "eve", iss: issuer.url, aud: AUDIENCE, exp: nowSeconds() + 300 };
  return await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "k1" }).sign(key);
}

describe.each(SERVICES)("the %s, auth required", (_, service) => {
  const { path, post, admitted } = service;
  const served = serving(service, "required");
  const call = (credential?: string, target = path, method = "GET") =>
    ask(served.url, target, { method, ...authorized(credential) });

  it.each(["/v1/health", "/v1/version"])("%s is exempt, even with a bad token", async (exempt) => {
    for (const credential of [undefined, "Bearer nonsense", "Basic YTpi", "Bearer"]) {
      expect((await call(credential, exempt)).status).toBe(200);
    }
    expect((await call(undefined, `${exempt}?x=1`)).status).toBe(200);
    expect((await call(undefined, exempt, "HEAD")).status).toBe(200);
    expect((await call(undefined, exempt, "POST")).status).toBe(405);
  });

  it.each(["/v1/health/", "/v1/healthz", "/v1/version/", "/V1/health", "//v1/health", "/v1/health;x", "/health"])(
    "%s is not exempt: paths are compared exactly",
    async (target) => expectRefusal(await call(undefined, target), "invalid_request"),
  );

  it("no header: 401 invalid_request", async () => expectRefusal(await call(), "invalid_request"));

  it.each(NO_TOKEN)("credentials of %s: 401 invalid_request", async (_, credential) =>
    expectRefusal(await call(credential), "invalid_request"),
  );

  it.each(BAD_TOKENS)("a token %s: 401 invalid_token", async (_, make) =>
    expectRefusal(await call(`Bearer ${await make()}`), "invalid_token"),
  );

  it.each(GOOD_TOKENS)("a token %s: admitted", async (_, make, subject) => {
    expect((await call(`Bearer ${await make()}`)).status).toBe(admitted);
    expect(served.callers.at(-1)).toBe(subject);
  });

  it("the scheme is bearer in any case", async () => {
    for (const scheme of ["bearer", "BEARER", "bEaReR"]) {
      expect((await call(`${scheme} ${await token()}`)).status).toBe(admitted);
    }
  });

  it("unknown routes and wrong methods say nothing to a stranger, and all to a caller", async () => {
    const credential = `Bearer ${await token()}`;
    for (const [target, method, status] of [
      ["/v1/nowhere", "GET", 404],
      ["/", "GET", 404],
      [path, "PUT", 405],
      [path, "PATCH", 405],
    ] as const) {
      expectRefusal(await call(undefined, target, method), "invalid_request");
      expectRefusal(await call("Bearer nonsense", target, method), "invalid_token");
      expect((await call(credential, target, method)).status).toBe(status);
    }
  });

  it("OPTIONS without a token: 401", async () => {
    expectRefusal(await call(undefined, path, "OPTIONS"), "invalid_request");
    const headers = { origin: "https://app.example", "access-control-request-method": "GET" };
    expectRefusal(await ask(served.url, path, { method: "OPTIONS", headers }), "invalid_request");
  });

  it("who calls is asked before anything of the body is read", async () => {
    for (const body of ["{", "x".repeat(2 * 1024 * 1024)]) {
      const headers = { "content-type": "application/json" };
      expectRefusal(await ask(served.url, post, { method: "POST", headers, body }), "invalid_request");
    }
  });

  it("HEAD is refused with the challenge alone", async () => {
    const { status, headers, text } = await call(undefined, path, "HEAD");
    expect([status, text]).toEqual([401, ""]);
    expect(headers["www-authenticate"]).toContain('error="invalid_request"');
  });
});

describe.each(SERVICES)("the %s, auth optional", (_, service) => {
  const served = serving(service, "optional");
  const call = (credential?: string, target = service.path) => ask(served.url, target, authorized(credential));

  it("no header: admitted, as the anonymous subject", async () => {
    expect((await call()).status).toBe(service.admitted);
    expect(served.callers.at(-1)).toBe("anonymous");
    expect((await call(undefined, "/v1/nowhere")).status).toBe(404);
  });

  it.each(NO_TOKEN)("credentials of %s: 401 invalid_request, as where it is required", async (_, credential) =>
    expectRefusal(await call(credential), "invalid_request"),
  );

  it.each(BAD_TOKENS)("a token %s: 401 invalid_token, as where it is required", async (_, make) =>
    expectRefusal(await call(`Bearer ${await make()}`), "invalid_token"),
  );

  it.each(GOOD_TOKENS)("a token %s: admitted", async (_, make, subject) => {
    expect((await call(`Bearer ${await make()}`)).status).toBe(service.admitted);
    expect(served.callers.at(-1)).toBe(subject);
  });
});

describe.each(SERVICES)("the %s, auth disabled", (_, service) => {
  const served = serving(service, "disabled");

  it("everybody is admitted as the dev subject, whatever is sent", async () => {
    for (const credential of [undefined, "Bearer nonsense", "Basic YTpi", `Bearer ${await token()}`]) {
      expect((await ask(served.url, service.path, authorized(credential))).status).toBe(service.admitted);
      expect(served.callers.at(-1)).toBe("dev");
    }
  });
});

describe.each(SERVICES)("the %s, beside its contract", (_, { make, path, method }) => {
  const auth = { mode: "required", jwt: { issuer: issuer.url, audience: AUDIENCE } } as const;

  it("lets a preflight of an allowed origin through (upstream does not)", async () => {
    const server = make({ auth, cors: { origins: ["https://app.example"] } });
    const { url } = await server.listen({ signals: false });
    const headers = { origin: "https://app.example", "access-control-request-method": "GET" };
    const { status, headers: answered } = await ask(url, path, { method: "OPTIONS", headers });
    expect([status, answered["access-control-allow-origin"]]).toEqual([204, "https://app.example"]);
    await server.close();
  });

  it("takes other subjects, algorithms, leeways and exempt paths from its options", async () => {
    const jwt = { ...auth.jwt, algorithms: ["RS384"], clockSkewSeconds: 0 };
    const names = { anonymousSubject: "somebody", exemptPaths: ["/v1/open"] };
    const server = make({ auth: { mode: "optional", jwt, ...names } });
    const callers = callersOf(server, method);
    const { url } = await server.listen({ signals: false });
    await ask(url, path);
    expect(callers).toEqual(["somebody"]);
    expectRefusal(await ask(url, path, authorized(`Bearer ${await token()}`)), "invalid_token");
    const late = await token({ key: stronger, claims: { exp: nowSeconds() - 2 } });
    expectRefusal(await ask(url, path, authorized(`Bearer ${late}`)), "invalid_token");
    await ask(url, path, authorized(`Bearer ${await token({ key: stronger })}`));
    expect(callers).toEqual(["somebody", "alice"]);
    expect((await ask(url, "/v1/open", authorized("Bearer nonsense"))).status).toBe(404);
    await server.close();
  });
});
