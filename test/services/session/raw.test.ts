import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { eventually } from "../support.js";
import { ALICE, BOB, listen, network } from "./network.js";

/** What clients of other makers send, without ours in between. */
describe("the session wire", () => {
  it("takes the token of a socket as a query parameter, answers pings and ignores the rest", async () => {
    const { admin, server } = await network({}, "over a socket");
    const { token } = await admin.createAgent({ body: { handle: ALICE } });
    const socket = new WebSocket(`${String(server.baseUrl).replace("http", "ws")}/connect?token=${token}`);
    const frames: string[] = [];
    socket.on("message", (data) => frames.push(String(data)));
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    for (const frame of ["not json", '{"type":"other"}', "[]", '{"type":"ping"}']) socket.send(frame);
    const heard = (count: number) =>
      eventually(
        () => frames.length,
        (length) => length >= count,
      );
    await heard(1);
    await fetch(`${server.baseUrl}/sessions`, {
      method: "POST",
      headers: { authorization: `bearer ${token}`, "content-type": "application/json", "idempotency-key": "1" },
      body: '{"initial_message":{"content":"x"}}',
    });
    await heard(2);
    socket.close();
    expect(frames[0]).toBe('{"type":"pong"}');
    expect(JSON.parse(String(frames[1]))).toEqual({
      type: "session.message",
      session_id: expect.stringMatching(/^sess_/),
      event_id: expect.stringMatching(/^evt_/),
      sequence: 1,
      created_at: expect.any(Number),
      payload: expect.objectContaining({ sender: ALICE, sequence: 1, content: "x" }),
    });
  });

  it("refuses an upgrade with 401, and every failure has a string as its error", async () => {
    const { admin, server } = await network({}, "over a socket");
    const { token } = await admin.createAgent({ body: { handle: ALICE } });
    const socket = new WebSocket(`${String(server.baseUrl).replace("http", "ws")}/connect?token=wrong`);
    const status = await new Promise((resolve) => {
      socket.once("unexpected-response", (_, response) => resolve(response.statusCode));
    });
    expect(status).toBe(401);
    const authorization = `Bearer ${token}`;
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${server.baseUrl}${path}`, {
        ...init,
        headers: { authorization, ...init.headers },
      });
      return [response.status, ((await response.json()) as { error: unknown }).error];
    };
    const headers = { "content-type": "application/json" };
    expect(await ask("/sessions", { method: "POST", headers, body: "{" })).toEqual([400, "invalid_json"]);
    expect(await ask("/sessions", { method: "DELETE" })).toEqual([405, "method_not_allowed"]);
    expect(await ask("/nowhere")).toEqual([404, "not_found"]);
    // No body and no media type, as the protocol's own test suite sends it.
    expect(await ask("/sessions/sess_0/join", { method: "POST" })).toEqual([404, "not_found"]);
  });

  it("replays what happened while a closed socket was not gone yet", async () => {
    const { admin, agent, clientFor, server } = await network({}, "over a socket");
    const alice = await agent(ALICE);
    const { token } = await admin.createAgent({ body: { handle: BOB, policy: "open" } });
    const bob = clientFor(String(token));
    const { session_id } = await alice.createSession({ body: { invite: [BOB] } });
    await bob.joinSession({ path: { session_id } });
    // By hand: a client that has sent its close frame, got the answer, and keeps the connection.
    const { hostname, port } = new URL(String(server.baseUrl));
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.write(
      `GET /connect?token=${token} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\n\r\n`,
    );
    let heard = "";
    socket.setEncoding("latin1").on("data", (data) => (heard += data));
    while (!heard.includes("session.joined")) await once(socket, "data");
    socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]));
    await once(socket, "end");
    for (const content of ["1", "2", "3"]) await alice.sendMessage({ path: { session_id }, body: { content } });
    socket.destroy();
    const ear = await listen(bob);
    await ear.types(3);
    expect(heard).not.toContain("session.message");
    expect(ear.list().slice(0, 3)).toEqual(["3 message", "4 message", "5 message"]);
  });
});
