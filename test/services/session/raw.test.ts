import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ALICE, network } from "./network.js";

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
    await new Promise((resolve) => socket.once("message", resolve));
    await fetch(`${server.baseUrl}/sessions`, {
      method: "POST",
      headers: { authorization: `bearer ${token}`, "content-type": "application/json", "idempotency-key": "1" },
      body: '{"initial_message":{"content":"x"}}',
    });
    await new Promise((resolve) => socket.once("message", resolve));
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
});
