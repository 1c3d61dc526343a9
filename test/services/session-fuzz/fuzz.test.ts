/**
 * Input of strangers: more than ten thousand requests and frames, made up and remembered. None breaks the operator, none
 * goes without an answer, and none tells an outsider that a session is there. A failure comes back with FUZZ_SEED.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { Agent } from "../session/agent.js";
import { Listener } from "../session/listener.js";
import { ALICE, BOB } from "../session/network.js";
import { Operator } from "../session/operator.js";
import { BODIES, CONTENT_TYPES, FRAMES, HEADERS, RAW, TEXTS } from "./corpus.js";
import { anyRequests, frames, type Input, sessionRequests, wellFormed } from "./inputs.js";
import { type Reply, replyTo, Target } from "./target.js";

const UNKNOWN = "sess_00000000000000000000000000";
/** At a time, so that they also meet each other. */
const BATCH = 25;

let operator: Operator;
let target: Target;
let alice: Agent;
let bob: Agent;
/** A session of Alice's; Bob is an outsider. */
let secret: string;
/** One of Bob's own. */
let own: string;
let before: string;

beforeAll(async () => {
  operator = await Operator.start();
  target = new Target(operator.url);
  [alice, bob] = [await operator.agent(ALICE), await operator.agent(BOB)];
  secret = (await alice.create({ initial_message: { content: "secret" } })).json.session_id;
  own = (await bob.create()).json.session_id;
  before = (await alice.events(secret)).text;
});

afterAll(async () => {
  // Whatever came, nobody got in, nothing changed, and it still works.
  expect((await alice.events(secret)).text).toBe(before);
  expect((await alice.get("/sessions")).json.sessions).toHaveLength(1);
  expect((await bob.send((await bob.create()).json.session_id, "x")).status).toBe(201);
  expect({}).not.toHaveProperty("polluted");
  target.close();
  await operator.close();
});

/** Expects an answer that a well-behaved service gives. */
function expectSound(input: Input, { status, text, type }: Reply): void {
  const about = { method: input.method, path: input.path.slice(0, 200), body: input.body?.slice(0, 200) };
  expect({ ...about, status, text: status < 500 ? "" : text }).toMatchObject({
    status: expect.toSatisfy((one) => one >= 200 && one < 500),
  });
  if (status < 400 || input.method === "HEAD") return;
  expect({ ...about, type }).toMatchObject({ type: "application/json" });
  expect(JSON.parse(text)).toMatchObject({ error: expect.stringMatching(/^[a-z_]+$/) });
  expect(text).not.toMatch(/\n\s+at |node_modules|\.[jt]s:\d|sqlite/i);
}

/** An outsider's answer about a session that is there is the one about a session that is not. */
async function expectHidden(input: Input): Promise<void> {
  const [there, not] = await Promise.all([secret, UNKNOWN].map((id) => target.ask(input, bob.token, id)));
  if (!there || !not) return;
  expectSound(input, there);
  expect(there).toEqual(not);
  if (there.status < 400) expect(input.method).toBe("OPTIONS");
}

async function expectAnswered(input: Input, id: string, token: string): Promise<void> {
  expectSound(input, await target.ask(input, token, id));
}

const post = (path: string, body: string, headers: Input["headers"] = {}): Input => ({
  method: "POST",
  path,
  body,
  headers: { "content-type": "application/json", ...headers },
});

describe("made up", () => {
  it("requests about somebody else's session", async () => {
    const all = fc.asyncProperty(fc.array(sessionRequests, { maxLength: BATCH, minLength: BATCH }), async (inputs) => {
      await Promise.all(inputs.map(expectHidden));
    });
    await fc.assert(all, { numRuns: 110 });
  }, 120_000);

  it("requests about one's own session", async () => {
    const all = fc.asyncProperty(fc.array(sessionRequests, { maxLength: BATCH, minLength: BATCH }), async (inputs) => {
      await Promise.all(inputs.map((input) => expectAnswered(input, own, bob.token)));
    });
    await fc.assert(all, { numRuns: 70 });
  }, 120_000);

  it("requests about anything, by an agent, by the administrator and by nobody", async () => {
    const all = fc.asyncProperty(fc.array(anyRequests, { maxLength: BATCH, minLength: BATCH }), async (inputs) => {
      const tokens = [bob.token, operator.admin.token, "nobody"];
      await Promise.all(inputs.map((input, at) => expectAnswered(input, own, String(tokens[at % 3]))));
    });
    await fc.assert(all, { numRuns: 70 });
    const { agents } = (await operator.admin.get("/_admin/agents")).json;
    for (const { handle } of agents) expect(handle).toMatch(/^@[a-z0-9_-]+\.[a-z0-9_-]+$/);
  }, 120_000);

  it("frames on a socket: ignored, and the socket works on", async () => {
    const all = fc.asyncProperty(fc.array(frames, { maxLength: 80, minLength: 80 }), async (said) => {
      const listener = await Listener.open(operator.url, bob.token);
      for (const frame of said) listener.socket.send(frame);
      await listener.quiet(1);
      await listener.close();
    });
    await fc.assert(all, { numRuns: 20 });
  }, 120_000);
});

describe("remembered", () => {
  const places = ["", "/events", "/join", "/messages", "/invite", "/reopen"];

  it("texts as ids, handles, keys, topics, words and numbers", async () => {
    for (const text of TEXTS) {
      const escaped = JSON.stringify(text);
      const path = text.length > 8000 ? "x" : encodeURIComponent(wellFormed(text));
      const inputs = [
        { method: "GET", path: `/sessions/${path}`, body: undefined, headers: {} },
        { method: "GET", path: `/sessions/{id}/events?limit=${path}`, body: undefined, headers: {} },
        { method: "GET", path: `/sessions/{id}/events?after_sequence=${path}`, body: undefined, headers: {} },
        { method: "DELETE", path: `/_admin/agents/${path}/blocks/${path}`, body: undefined, headers: {} },
        post(`/sessions/${path}/join`, "{}"),
        post("/sessions", `{"invite":[${escaped}]}`),
        post("/sessions", `{"topic":${escaped}}`),
        post("/sessions", `{"idempotency_key":${escaped}}`),
        post("/sessions/{id}/messages", `{"content":${escaped},"idempotency_key":"k","metadata":{${escaped}:1}}`),
        post("/_admin/agents", `{"handle":${escaped}}`),
      ];
      for (const input of inputs)
        for (const token of [bob.token, operator.admin.token]) await expectAnswered(input, own, token);
    }
  }, 120_000);

  it("bodies, of every type, with every header", async () => {
    for (const place of places) for (const body of BODIES) await expectHidden(post(`/sessions/{id}${place}`, body));
    for (const type of CONTENT_TYPES)
      for (const body of ["{}", '{"content":"x"}', ""])
        await expectHidden(post("/sessions/{id}/messages", body, { "content-type": type }));
    for (const headers of HEADERS) await expectHidden(post("/sessions/{id}/messages", '{"content":"x"}', headers));
    for (const body of BODIES) await expectAnswered(post("/sessions/{id}/messages", body), own, bob.token);
  }, 120_000);

  it("requests that no library sends", async () => {
    for (const raw of RAW) {
      const replies: string[] = [];
      for (const id of [secret, UNKNOWN]) {
        const request = raw.replaceAll("AUTH", `Authorization: Bearer ${bob.token}`).replaceAll("ID", id);
        replies.push((await replyTo(operator.url, request)).toString("latin1"));
      }
      const bare = replies.map((reply) => reply.replace(/^(date|x-request-id): .*\r\n/gim, ""));
      expect(bare[0]).toBe(bare[1]);
      expect(bare[0]).not.toMatch(/^HTTP\/1\.1 5|\n\s+at |node_modules/);
    }
  }, 120_000);

  it("frames that no library sends: the socket is closed, and others do not notice", async () => {
    const other = await Listener.open(operator.url, bob.token);
    const handshake =
      "GET /connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer ${bob.token}\r\n\r\n`;
    for (const frame of FRAMES) {
      const reply = await replyTo(operator.url, handshake, Uint8Array.from(frame));
      expect(reply.toString("latin1")).toMatch(/^HTTP\/1\.1 101 /);
    }
    await other.quiet(1);
    await other.close();
  }, 120_000);

  it("a frame that is too large: closed with 1009, and the operator keeps none of it", async () => {
    const listener = await Listener.open(operator.url, bob.token);
    listener.socket.send("x".repeat(2 * 1024 * 1024));
    expect((await listener.closed).code).toBe(1009);
  });

  it("a flood of frames: answered at the operator's pace, the others go on", async () => {
    const [flooding, other] = [
      await Listener.open(operator.url, bob.token),
      await (await operator.agent("@other.test")).listen(),
    ];
    for (let count = 0; count < 5000; count += 1) flooding.socket.send('{"type":"other"}');
    await other.quiet(1);
    expect((await bob.send((await bob.create()).json.session_id, "x")).status).toBe(201);
    expect(flooding.socket.readyState).toBe(WebSocket.OPEN);
    flooding.socket.terminate();
    await other.close();
  });
});
