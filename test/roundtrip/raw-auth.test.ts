import type { Operation } from "@agentwire/kit";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { errorOf, type Received, send } from "./fixtures/raw.js";
import { runtime, session, type subjects } from "./fixtures/services.js";
import { AGENT_TOKEN, arp, bearer, RUN_TOKEN } from "./fixtures/stranger.js";
import { listening, schemeOf, subjectOf, tokenOf } from "./fixtures/subjects.js";
import { upstreamRequest } from "./fixtures/wire.js";

describe("authentication", () => {
  const ISSUER = "https://issuer.example/realms/arp";
  let keys: { url: (subject: (typeof subjects)[number]) => Promise<string>; tokens: Record<string, string> };

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const stranger = await generateKeyPair("RS256");
    const now = Math.floor(Date.now() / 1000);
    const sign = (claims: object, { kid = "k1", key = privateKey, alg = "RS256" } = {}) =>
      new SignJWT({ sub: "alice", iss: ISSUER, aud: "arp", exp: now + 600, ...claims })
        .setProtectedHeader({ alg, kid })
        .sign(key);
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256" }] };
    const jwt = { jwks, issuer: ISSUER, audience: "arp" };
    const good = await sign({});
    const [, claims] = good.split(".");
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    keys = {
      url: (subject) => listening(subject.server({ logger: false, auth: { mode: "required", jwt } })),
      tokens: {
        good,
        "among other audiences": await sign({ aud: ["other", "arp"] }),
        "within the leeway": await sign({ exp: now - 30 }),
        expired: await sign({ exp: now - 600 }),
        "without an expiry": await sign({ exp: undefined }),
        "not yet valid": await sign({ nbf: now + 600 }),
        "for another audience": await sign({ aud: "other" }),
        "without an audience": await sign({ aud: undefined }),
        "of another issuer": await sign({ iss: "https://evil.example" }),
        "without an issuer": await sign({ iss: undefined }),
        "signed by a stranger": await sign({}, { key: stranger.privateKey }),
        "of an unknown key": await sign({}, { kid: "k2" }),
        "with a changed payload": good.replace(
          claims ?? "",
          base64({ sub: "root", iss: ISSUER, aud: "arp", exp: now + 9 }),
        ),
        unsigned: `${base64({ alg: "none" })}.${claims}.`,
        malformed: "a.b.c",
      },
    };
  });

  const CHALLENGE = /^Bearer error="(invalid_request|invalid_token)", error_description="(?:[^"\\]|\\["\\])*"$/;

  describe.each(arp)("%s", (_, subject) => {
    const { service } = subject;
    const protectedRows = Object.values(service.operations).filter((row) => schemeOf(service, row) !== undefined);

    async function outcomes(headers: (row: Operation) => Record<string, string>): Promise<unknown[]> {
      const url = await keys.url(subject);
      const found: unknown[] = [];
      for (const row of protectedRows) {
        const { target, sent } = upstreamRequest(row, subject.trips[row.name]?.request as object | undefined);
        const received = await send(url, target, { ...sent, headers: { ...sent.headers, ...headers(row) } });
        if (received.status < 400) found.push("passes");
        else {
          const error = await errorOf(service.errors, received);
          found.push([...error, CHALLENGE.exec(received.headers["www-authenticate"] ?? "")?.[1]]);
        }
      }
      return found;
    }
    const all = (outcome: unknown) => protectedRows.map(() => outcome);

    test("has operations to protect", () => {
      expect(protectedRows).toHaveLength(Object.keys(service.operations).length - 2);
    });

    test.each(["good", "among other audiences", "within the leeway"])("passes a token that is %s", async (name) => {
      expect(await outcomes(() => bearer(keys.tokens[name] ?? ""))).toEqual(all("passes"));
      expect(await outcomes(() => ({ authorization: `bEARER  ${keys.tokens[name]}` }))).toEqual(all("passes"));
    });

    test.each([
      "expired",
      "without an expiry",
      "not yet valid",
      "for another audience",
      "without an audience",
      "of another issuer",
      "without an issuer",
      "signed by a stranger",
      "of an unknown key",
      "with a changed payload",
      "unsigned",
      "malformed",
    ])("refuses a token that is %s everywhere", async (name) => {
      const found = await outcomes(() => bearer(keys.tokens[name] ?? ""));
      expect(found).toEqual(all([401, "unauthorized", "invalid_token"]));
    });

    test.each(["Bearer", "Bearer ", "Bearer a b", "Basic YTpi", "token", ""])(
      "refuses the header %j everywhere",
      async (authorization) => {
        expect(await outcomes(() => ({ authorization }))).toEqual(all([401, "unauthorized", "invalid_request"]));
      },
    );

    test("refuses whoever brings no token, before it looks at anything else", async () => {
      expect(await outcomes(() => ({}))).toEqual(all([401, "unauthorized", "invalid_request"]));
      const broken = { "content-type": "text/plain", accept: "application/xml" };
      expect(await outcomes(() => broken)).toEqual(all([401, "unauthorized", "invalid_request"]));
      const url = await keys.url(subject);
      for (const [method, target] of [
        ["GET", "/v1/nowhere"],
        ["PATCH", "/v1/runs"],
        ["GET", "/v1/health/"],
        ["GET", "/v1/%68ealth"],
        ["OPTIONS", "/v1/runs"],
      ] as const) {
        expect(await errorOf(service.errors, await send(url, target, { method }))).toEqual([401, "unauthorized"]);
      }
    });

    test("answers health and version to anyone, even with a bad token", async () => {
      const url = await keys.url(subject);
      for (const target of ["/v1/health", "/v1/version"]) {
        for (const headers of [{}, bearer(keys.tokens["expired"] ?? ""), { authorization: "Basic x" }]) {
          expect((await send(url, target, { headers })).status).toBe(200);
        }
      }
    });
  });

  test("optional: without a header anonymous, with a bad one refused; disabled: whatever is sent", async () => {
    const schemes = { ArpBearerJWT: () => undefined };
    const optional = runtime.server({ auth: { mode: "optional", schemes } });
    const url = await listening(optional);
    expect((await send(url, "/v1/runs/r")).status).toBe(200);
    expect(optional.arrivals.last?.subject).toBe("anonymous");
    const refused = await send(url, "/v1/runs/r", { headers: RUN_TOKEN });
    expect(await errorOf(runtime.service.errors, refused)).toEqual([401, "unauthorized"]);

    const disabled = runtime.server({ auth: { mode: "disabled" } });
    expect((await send(await listening(disabled), "/v1/runs/r", { headers: { authorization: "?" } })).status).toBe(200);
    expect(disabled.arrivals.last?.subject).toBe("dev");
  });

  test("session: a token opens what its own scheme protects, and nothing else", async () => {
    const { service } = session;
    const server = session.server();
    const url = await listening(server);
    for (const operation of Object.values(service.operations)) {
      const scheme = schemeOf(service, operation);
      if (scheme === undefined) continue;
      const other = scheme === "AgentToken" ? "AdminToken" : "AgentToken";
      for (const token of [undefined, "", tokenOf(other), `${tokenOf(scheme)}x`]) {
        const { target, sent } = upstreamRequest(
          operation,
          session.trips[operation.name]?.request as object | undefined,
        );
        const headers = { ...sent.headers, ...(token === undefined ? {} : bearer(token)) };
        const refused = await send(url, target, { ...sent, headers });
        expect(await errorOf(service.errors, refused)).toEqual([401, "invalid_authorization"]);
        expect(refused.headers["www-authenticate"]).toMatch(CHALLENGE);
      }
    }
    expect(server.arrivals.all).toEqual([]);
    expect((await send(url, "/health", { headers: bearer("wrong") })).status).toBe(200);
  });
});

describe("sockets", () => {
  /** The first frame, or the refusal. */
  async function open(url: string, headers: Record<string, string> = {}): Promise<string | Received> {
    const socket = new WebSocket(url.replace("http", "ws"), { headers });
    return await new Promise((resolve, reject) => {
      socket.once("message", (data) => {
        socket.close();
        resolve(String(data));
      });
      socket.once("unexpected-response", (_, response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += String(chunk);
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      socket.once("error", reject);
    });
  }

  test("the token comes in the header or in the query, and the header counts", async () => {
    const server = session.server();
    const url = await listening(server);
    const good = encodeURIComponent(tokenOf("AgentToken"));
    expect(await open(`${url}/connect?token=${good}`)).toContain("session.message");
    expect(await open(`${url}/connect?token=wrong`, AGENT_TOKEN)).toContain("session.message");
    expect(server.arrivals.all.map(({ subject }) => subject)).toEqual(Array(2).fill(subjectOf("AgentToken")));
    for (const [target, headers] of [
      [`/connect?token=${good}`, bearer("wrong")],
      ["/connect?token=wrong", {}],
      ["/connect?token=", {}],
      ["/connect", {}],
      [`/_admin/tap?token=${good}`, {}],
    ] as const) {
      const refused = await open(`${url}${target}`, headers);
      if (typeof refused === "string") throw new Error(`${target} opened`);
      expect(await errorOf(session.service.errors, refused)).toEqual([401, "invalid_authorization"]);
    }
  });

  test("a token in the query opens no ordinary request", async () => {
    const url = await listening(session.server());
    const refused = await send(url, `/sessions?token=${tokenOf("AgentToken")}`);
    expect(await errorOf(session.service.errors, refused)).toEqual([401, "invalid_authorization"]);
  });

  test("a socket where there is none, and a request where there is one, are answered in the protocol's shape", async () => {
    const url = await listening(session.server());
    for (const [target, answer] of [
      ["/nowhere", [404, "not_found"]],
      ["/sessions", [400, "invalid_body"]],
    ] as const) {
      const refused = await open(`${url}${target}`, AGENT_TOKEN);
      if (typeof refused === "string") throw new Error(`${target} opened`);
      expect(await errorOf(session.service.errors, refused)).toEqual(answer);
    }
    const plain = await send(url, "/connect", { headers: AGENT_TOKEN });
    expect(await errorOf(session.service.errors, plain)).toEqual([426, "invalid_body"]);
    expect(plain.headers.upgrade).toBe("websocket");
  });
});
