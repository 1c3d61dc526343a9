/** What is refused, row by row of the protocol's table of violations: each with the answer that this operator gives. */
import { describe, expect, it } from "vitest";
import { ask } from "../raw.js";
import type { Agent } from "../session/agent.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { issuesOf } from "../wire/schemas.js";
import { blocks, created, scene, sessionOf, verdict } from "./scene.js";

const NOBODY = "@nobody.test";

/** Everything that can be asked about one session. */
const verbs = {
  get: (agent: Agent, id: string) => agent.view(id),
  events: (agent: Agent, id: string) => agent.events(id),
  join: (agent: Agent, id: string) => agent.join(id),
  send: (agent: Agent, id: string) => agent.send(id, "x"),
  invite: (agent: Agent, id: string) => agent.invite(id, CAROL),
  leave: (agent: Agent, id: string) => agent.leave(id),
  end: (agent: Agent, id: string) => agent.end(id),
  reopen: (agent: Agent, id: string) => agent.reopen(id),
};

/** What an agent is told for some of these verbs. */
async function verdicts(agent: Agent, id: string, names: readonly (keyof typeof verbs)[]): Promise<object> {
  const entries: [string, string][] = [];
  for (const name of names) entries.push([name, verdict(await verbs[name](agent, id))]);
  return Object.fromEntries(entries);
}

/** The same answer for all of these verbs. */
const all = (names: readonly string[], answer: string): object =>
  Object.fromEntries(names.map((name) => [name, answer]));

const names = Object.keys(verbs) as (keyof typeof verbs)[];

describe("the request", () => {
  it("No / malformed / unknown bearer: 401", async () => {
    const { operator, alice } = await scene();
    const wrong = [
      "",
      alice.token,
      `Basic ${alice.token}`,
      "Bearer",
      "Bearer ",
      "Bearer a b",
      `Bearer ${alice.token}x`,
    ];
    for (const authorization of [...wrong, `Bearer ${alice.token.toUpperCase()}`, `Bearer ${operator.admin.token}`]) {
      const answer = await ask(operator.url, "/sessions", { headers: authorization ? { authorization } : {} });
      expect({ authorization, status: answer.status }).toEqual({ authorization, status: 401 });
      expect(["missing_authorization", "invalid_authorization"]).toContain(answer.json.error);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
    }
  });

  it("Malformed JSON: 400", async () => {
    const { operator, alice } = await scene();
    const id = await created(alice);
    const headers = { authorization: `Bearer ${alice.token}`, "content-type": "application/json" };
    for (const path of ["/sessions", `/sessions/${id}/messages`, `/sessions/${id}/invite`, `/sessions/${id}/reopen`]) {
      for (const body of ["{", "nonsense", '{"content":"x"', "{'content':'x'}", '{"content":"x"}}', "\u0000"]) {
        expect(verdict(await ask(operator.url, path, { method: "POST", headers, body }))).toBe("400 invalid_json");
      }
    }
  });

  it("Wrong member type: 400", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    const initial = (content: unknown) => ({ initial_message: content });
    const creations = [{ invite: BOB }, { invite: [5] }, { topic: 5 }, initial("x"), initial({ content: 5 })];
    for (const body of [...creations, { end_after_send: "yes", ...initial({ content: "x" }) }, { idempotency_key: 5 }])
      expect(verdict(await alice.create(body))).toBe("400 invalid_body");
    for (const content of [5, null, true, {}, ["x"], [[]]])
      expect(verdict(await alice.send(id, content))).toBe("400 invalid_body");
    for (const body of [[], "x", 5, null])
      expect(verdict(await alice.post(`/sessions/${id}/messages`, body))).toBe("400 invalid_body");
    expect(await alice.course(id)).toEqual([]);
  });

  it("Malformed handle in invite: 400", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    for (const handle of [
      "bob",
      "@bob",
      "@bob.",
      "@.test",
      "@Bob.test",
      "@bob.test.x",
      "@bob.*",
      " @bob.test",
      "@bob.test\n",
    ]) {
      expect(verdict(await alice.create({ invite: [handle] }))).toBe("400 invalid_body");
      expect(verdict(await alice.invite(id, handle))).toBe("400 invalid_body");
    }
    await alice.end(id);
    expect(verdict(await alice.reopen(id, { invite: ["bob"] }))).toBe("400 invalid_body");
  });

  it("end_after_send without initial_message: 400", async () => {
    const { alice } = await scene();
    expect(verdict(await alice.create({ end_after_send: true }))).toBe("400 invalid_body");
    expect(verdict(await alice.create({ end_after_send: false }))).toBe("201");
  });

  it("Empty content: 400", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    for (const content of [
      "",
      [],
      [{ type: "text", text: "" }],
      [
        { type: "text", text: "x" },
        { type: "text", text: "" },
      ],
    ]) {
      expect(verdict(await alice.send(id, content))).toBe("400 invalid_body");
      expect(verdict(await alice.create({ initial_message: { content } }))).toBe("400 invalid_body");
    }
  });

  it("Unknown part type, bad part: 400", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    const parts = [
      { type: "video", url: "https://x.example/y" },
      { text: "x" },
      { type: "text" },
      { type: "text", text: "x", more: 1 },
      { type: "image" },
      { type: "image", data_uri: "https://x.example/y" },
      { type: "file" },
      { type: "file", url: "no uri" },
      { type: "file", url: "https://x.example/y", size: -1 },
      { type: "data", data: [] },
      { type: "data" },
    ];
    for (const part of parts) expect(verdict(await alice.send(id, [part]))).toBe("400 invalid_body");
  });

  it("Empty idempotency_key: 400", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    for (const idempotency_key of ["", "k".repeat(256)]) {
      expect(verdict(await alice.send(id, "x", { idempotency_key }))).toBe("400 invalid_body");
      expect(verdict(await alice.create({ idempotency_key }))).toBe("400 invalid_body");
    }
    expect(verdict(await alice.send(id, "x", { idempotency_key: "k".repeat(255) }))).toBe("201");
  });

  it("metadata not an object: 400", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    for (const metadata of ["x", 5, [], null, true]) {
      expect(verdict(await alice.send(id, "x", { metadata }))).toBe("400 invalid_body");
      expect(verdict(await alice.create({ initial_message: { content: "x", metadata } }))).toBe("400 invalid_body");
    }
  });

  it("Invite: empty array: 400", async () => {
    const { alice } = await scene();
    expect(verdict(await alice.invite(await created(alice)))).toBe("400 invalid_body");
  });

  it("after_sequence, limit out of range: 400", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    for (const query of [
      "after_sequence=-1",
      "after_sequence=x",
      "after_sequence=1.5",
      "limit=0",
      "limit=1001",
      "limit=",
      "limit=1e9",
    ])
      expect({ query, is: verdict(await alice.events(id, `?${query}`)) }).toEqual({ query, is: "400 invalid_body" });
    for (const query of ["after_sequence=0", "limit=1", "limit=1000"])
      expect(verdict(await alice.events(id, `?${query}`))).toBe("200");
  });

  it("Reopen with empty HTTP body: 200", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    for (const body of [undefined, {}]) {
      await alice.end(id);
      expect(verdict(await alice.reopen(id, body))).toBe("200");
    }
  });

  it("Wrong method on known path: 405", async () => {
    const { operator, alice } = await scene();
    const id = await created(alice);
    const headers = { authorization: `Bearer ${alice.token}` };
    for (const [method, path] of [
      ["PUT", "/sessions"],
      ["DELETE", `/sessions/${id}`],
      ["GET", `/sessions/${id}/join`],
      ["POST", `/sessions/${id}/events`],
    ] as const) {
      const answer = await ask(operator.url, path, { method, headers });
      expect(verdict(answer)).toBe("405 method_not_allowed");
      expect(answer.headers["allow"]).toMatch(/GET|POST/);
    }
  });

  it("Unknown path: 404 JSON", async () => {
    const { operator } = await scene();
    for (const path of ["/nowhere", "/", "/sessions/sess_0/nowhere", "/v1/sessions", "/sessions/"]) {
      const answer = await ask(operator.url, path);
      expect(verdict(answer)).toBe("404 not_found");
      expect(answer.headers["content-type"]).toBe("application/json");
      expect(issuesOf("session/session-error", answer.json)).toEqual([]);
    }
  });
});

describe("whom a creation reaches", () => {
  it("Create, sole invitee unknown: 404", async () => {
    const { alice } = await scene();
    expect(verdict(await alice.create({ invite: [NOBODY] }))).toBe("404 not_found");
  });

  it("Create, sole invitee's gate denies caller: 404", async () => {
    const { alice, operator } = await scene();
    await operator.agent("@closed.test", "allowlist");
    expect(verdict(await alice.create({ invite: ["@closed.test"] }))).toBe("404 not_found");
  });

  it("Create, caller's own allowlist lacks invitee (invitee open): 404", async () => {
    const { operator } = await scene();
    const closed = await operator.agent("@closed.test", "allowlist");
    expect(verdict(await closed.create({ invite: [ALICE] }))).toBe("404 not_found");
  });

  it("Create, some of several unreachable: 404, and nobody hears of it", async () => {
    const { alice, bob } = await scene();
    expect(verdict(await alice.create({ invite: [BOB, NOBODY, CAROL] }))).toBe("404 not_found");
    for (const agent of [alice, bob]) expect((await agent.get("/sessions")).json).toEqual({ sessions: [] });
  });

  it("Create, invitee blocked the caller: 404", async () => {
    const { alice, bob, operator } = await scene();
    await blocks(bob, alice, operator);
    expect(verdict(await alice.create({ invite: [BOB] }))).toBe("404 not_found");
    expect(verdict(await bob.create({ invite: [ALICE] }))).toBe("404 not_found");
  });

  it("Create, duplicate invitee or self in invite: once, and not oneself", async () => {
    const { alice } = await scene();
    const id = await created(alice, { invite: [BOB, ALICE, BOB] });
    expect(await alice.course(id)).toEqual(["1 invited"]);
    expect(await alice.standing(id)).toBe("joined");
    expect(verdict(await alice.create({ invite: [ALICE] }))).toBe("201");
  });
});

describe("who may what", () => {
  it("Unknown session, any verb: 404", async () => {
    const { alice } = await scene();
    for (const id of [`sess_${"0".repeat(26)}`, "sess_0", "x", "%00", "__proto__", "..%2f"])
      expect(await verdicts(alice, id, names)).toEqual(all(names, "404 not_found"));
  });

  it("Outsider on existing session: get, events, join: 404", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice);
    const verbs = ["get", "events", "join"] as const;
    expect(await verdicts(bob, id, verbs)).toEqual(all(verbs, "404 not_found"));
  });

  it("Outsider: send, end, leave: 404", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice);
    const verbs = ["send", "end", "leave"] as const;
    expect(await verdicts(bob, id, verbs)).toEqual(all(verbs, "404 not_found"));
    expect(await alice.course(id)).toEqual([]);
  });

  it("Outsider: invite: 404", async () => {
    const { alice, bob } = await scene();
    expect(verdict(await bob.invite(await created(alice), CAROL))).toBe("404 not_found");
  });

  it("Outsider, session ended: 404", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice);
    await alice.end(id);
    expect(await verdicts(bob, id, names)).toEqual(all(names, "404 not_found"));
  });

  it("Outsider: reopen on active session: 404", async () => {
    const { alice, bob } = await scene();
    expect(verdict(await bob.reopen(await created(alice)))).toBe("404 not_found");
  });

  it("invited or left caller sends, ends, leaves, invites: 403", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB] });
    const verbs = ["send", "end", "leave", "invite"] as const;
    expect(await verdicts(bob, id, verbs)).toEqual(all(verbs, "403 not_joined"));
    await bob.join(id);
    await bob.leave(id);
    expect(await verdicts(bob, id, verbs)).toEqual(all(verbs, "403 not_joined"));
    expect(await alice.course(id)).toEqual(["1 invited", "2 joined", "3 left"]);
  });

  it("Join when joined: 200, no event", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    const before = (await bob.view(id)).json;
    expect(verdict(await bob.join(id))).toBe("200");
    expect(await alice.course(id)).toEqual(["1 invited", "2 joined"]);
    expect((await bob.view(id)).json).toEqual(before);
  });

  it("Join when left: 409", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    await bob.leave(id);
    expect(verdict(await bob.join(id))).toBe("409 not_invited");
  });

  it("Join/send/invite/end on ended session: 409", async () => {
    const { alice, bob, carol } = await scene();
    const id = await created(alice, { invite: [BOB, CAROL] });
    await bob.join(id);
    await alice.end(id);
    const verbs = ["join", "send", "invite", "end"] as const;
    for (const agent of [alice, bob, carol])
      expect(await verdicts(agent, id, verbs)).toEqual(all(verbs, "409 session_ended"));
  });

  it("Leave on ended session: 409", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    await alice.end(id);
    expect(verdict(await alice.leave(id))).toBe("409 session_ended");
  });

  it("Invite: unreachable, unknown, blocked targets: left out, 200", async () => {
    const { alice, bob, operator } = await scene();
    await operator.agent("@closed.test", "allowlist");
    await blocks(bob, alice, operator);
    const id = await created(alice);
    expect((await alice.invite(id, NOBODY, "@closed.test", BOB)).json).toEqual({ invited: [] });
    expect((await alice.invite(id, NOBODY, CAROL, BOB)).json).toEqual({ invited: [CAROL] });
    expect(await alice.course(id)).toEqual(["1 invited"]);
  });

  it("Invite: already invited/joined: left out, 200", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB, CAROL] });
    await bob.join(id);
    const answer = await alice.invite(id, BOB, CAROL, ALICE);
    expect([verdict(answer), answer.json]).toEqual(["200", { invited: [] }]);
    expect(await bob.standing(id)).toBe("joined");
  });

  it("Invite: target is left: invited again", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    await bob.leave(id);
    expect((await alice.invite(id, BOB, BOB)).json).toEqual({ invited: [BOB] });
    expect(verdict(await bob.join(id))).toBe("200");
    expect(await alice.course(id)).toEqual(["1 invited", "2 joined", "3 left", "4 invited", "5 joined"]);
  });

  it("Reopen an active session: 409", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB] });
    for (const agent of [alice, bob]) expect(verdict(await agent.reopen(id))).toBe("409 session_active");
  });

  it("Reopen by member not joined at end: 403", async () => {
    const { alice, bob, carol } = await scene();
    const id = await created(alice, { invite: [BOB, CAROL] });
    await bob.join(id);
    await bob.leave(id);
    await alice.end(id);
    for (const agent of [bob, carol]) expect(verdict(await agent.reopen(id))).toBe("403 not_joined");
    expect((await alice.view(id)).json.state).toBe("ended");
  });
});
