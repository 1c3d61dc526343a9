import { describe, expect, it, onTestFinished } from "vitest";
import { effectiveConfig } from "../../../services/src/config/effective.js";
import { startStack } from "../../../services/src/stack.js";
import { ask } from "../raw.js";
import { AUDIENCE, Issuer, nowSeconds } from "./issuer.js";

type Variables = Readonly<Record<string, string>>;

const GOOD = { ARP_AUTH_ISSUER: "https://issuer.example/realms/arp", ARP_AUTH_AUDIENCE: AUDIENCE };

const authOf = (environment: Variables) => effectiveConfig({}, { environment }).auth;

describe("ARP_AUTH_*", () => {
  it("asks nobody where there is none of them, and for tokens as soon as there is one", () => {
    expect(authOf({ PATH: "/bin" })).toEqual({ mode: "disabled" });
    expect(authOf(GOOD)).toEqual({
      mode: "required",
      issuer: GOOD.ARP_AUTH_ISSUER,
      audience: AUDIENCE,
      algorithms: ["RS256"],
      clock_skew_seconds: 60,
      exempt_paths: ["/v1/health", "/v1/version"],
      dev_subject: "dev",
      anonymous_subject: "anonymous",
    });
  });

  it.each<[string, Variables, object]>([
    ["MODE, trimmed and in any case", { ...GOOD, ARP_AUTH_MODE: " Optional " }, { mode: "optional" }],
    ["MODE disabled, which needs nothing else", { ARP_AUTH_MODE: "disabled" }, { mode: "disabled" }],
    ["JWKS_URI", { ...GOOD, ARP_AUTH_JWKS_URI: "http://localhost:1/jwks" }, { jwks_uri: "http://localhost:1/jwks" }],
    ["OIDC_DISCOVERY_URL", { ...GOOD, ARP_AUTH_OIDC_DISCOVERY_URL: "http://a/b" }, { discovery_url: "http://a/b" }],
    ["ALGORITHMS", { ...GOOD, ARP_AUTH_ALGORITHMS: "RS256, ES256," }, { algorithms: ["RS256", "ES256"] }],
    ["CLOCK_SKEW_SECONDS", { ...GOOD, ARP_AUTH_CLOCK_SKEW_SECONDS: "0" }, { clock_skew_seconds: 0 }],
    ["EXEMPT_PATHS", { ...GOOD, ARP_AUTH_EXEMPT_PATHS: "/a, /b" }, { exempt_paths: ["/a", "/b"] }],
    [
      "EXEMPT_PATHS, empty: the default",
      { ...GOOD, ARP_AUTH_EXEMPT_PATHS: " " },
      { exempt_paths: ["/v1/health", "/v1/version"] },
    ],
    ["DEV_SUBJECT", { ARP_AUTH_MODE: "disabled", ARP_AUTH_DEV_SUBJECT: "me" }, { dev_subject: "me" }],
    ["ANONYMOUS_SUBJECT", { ...GOOD, ARP_AUTH_ANONYMOUS_SUBJECT: "you" }, { anonymous_subject: "you" }],
  ])("%s", (_, environment, expected) => expect(authOf(environment)).toMatchObject(expected));

  it.each<[string, Variables, RegExp]>([
    ["a mode that is none", { ...GOOD, ARP_AUTH_MODE: "maybe" }, /ARP_AUTH_MODE must be .* not "maybe"/],
    [
      "nothing that says where keys are",
      { ARP_AUTH_AUDIENCE: AUDIENCE },
      /set ARP_AUTH_JWKS_URI, .* or ARP_AUTH_ISSUER/,
    ],
    ["a mode and nothing else", { ARP_AUTH_MODE: "required" }, /set ARP_AUTH_JWKS_URI/],
    ["no audience (upstream then takes any)", { ARP_AUTH_ISSUER: "https://i.example" }, /set ARP_AUTH_AUDIENCE/],
    [
      "no audience in mode optional",
      { ...GOOD, ARP_AUTH_MODE: "optional", ARP_AUTH_AUDIENCE: " " },
      /set ARP_AUTH_AUDIENCE/,
    ],
    ["algorithms that are only separators", { ...GOOD, ARP_AUTH_ALGORITHMS: " , ," }, /ARP_AUTH_ALGORITHMS/],
    ["a leeway in words", { ...GOOD, ARP_AUTH_CLOCK_SKEW_SECONDS: "soon" }, /ARP_AUTH_CLOCK_SKEW_SECONDS .* "soon"/],
    [
      "a leeway with a fraction",
      { ...GOOD, ARP_AUTH_CLOCK_SKEW_SECONDS: "1.5" },
      /ARP_AUTH_CLOCK_SKEW_SECONDS .* "1.5"/,
    ],
    ["an issuer that is no address", { ...GOOD, ARP_AUTH_ISSUER: "arp" }, /ARP_AUTH_ISSUER must be .* not "arp"/],
    [
      "keys that are in a file",
      { ...GOOD, ARP_AUTH_JWKS_URI: "file:///keys" },
      /ARP_AUTH_JWKS_URI must be .* not "file/,
    ],
    [
      "a discovery address that is none",
      { ...GOOD, ARP_AUTH_OIDC_DISCOVERY_URL: "x y" },
      /ARP_AUTH_OIDC_DISCOVERY_URL must be/,
    ],
  ])("refuses to start with %s", async (_, environment, message) => {
    expect(() => authOf(environment)).toThrow(message);
    await expect(startStack({}, { environment, logger: false })).rejects.toThrow(message);
  });

  it("refuses to start with alg none allowed", async () => {
    const environment = { ...GOOD, ARP_AUTH_ALGORITHMS: "RS256,none" };
    await expect(startStack({}, { environment, logger: false })).rejects.toThrow(/must not allow "none"/);
  });

  it("a configuration wins over all of them", () => {
    const { auth } = effectiveConfig({ auth: { mode: "disabled" } }, { environment: GOOD });
    expect(auth).toEqual({ mode: "disabled" });
    const open = { auth: { mode: "required", issuer: "https://i.example" } } as const;
    expect(() => effectiveConfig(open, { environment: GOOD })).toThrow(/auth.audience/);
  });

  it("is what the services go by: leeway, exempt paths and audience", async () => {
    const issuer = await Issuer.start();
    onTestFinished(() => issuer.down());
    const environment = {
      ARP_AUTH_ISSUER: issuer.url,
      ARP_AUTH_AUDIENCE: AUDIENCE,
      ARP_AUTH_CLOCK_SKEW_SECONDS: "5",
      ARP_AUTH_EXEMPT_PATHS: "/v1/tools",
    };
    const config = { services: ["tool-registry"], ports: { "tool-registry": 0 } } as const;
    const stack = await startStack(config, { environment, logger: false });
    onTestFinished(() => stack.close());
    const call = async (path: string, claims?: Readonly<Record<string, unknown>>) => {
      const headers = claims ? { authorization: `Bearer ${await issuer.token({ claims })}` } : {};
      return (await ask(String(stack.urls["tool-registry"]), path, { headers })).status;
    };
    expect(await call("/v1/tools")).toBe(200);
    expect(await call("/v1/tools/echo")).toBe(401);
    expect(await call("/v1/tools/echo", { exp: nowSeconds() - 3 })).toBe(200);
    expect(await call("/v1/tools/echo", { exp: nowSeconds() - 30 })).toBe(401);
    expect(await call("/v1/tools/echo", { aud: "other" })).toBe(401);
  });
});
