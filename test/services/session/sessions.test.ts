import { SessionClient } from "@agentwire/client/session";
import { describe, expect, it } from "vitest";
import { refused, WAYS } from "../support.js";
import { ALICE, BOB, CAROL, history, network } from "./network.js";

describe.each(WAYS)("sessions %s", (way) => {
  it("take a conversation from its start to its end and on", async () => {
    const { agent } = await network({}, way);
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const body = { invite: [BOB, BOB, ALICE], topic: "t", initial_message: { content: "hello" } };
    const created = await alice.createSession({ body }).withResponse();
    expect(created.status).toBe(201);
    const { session_id } = created.body;
    expect(session_id).toMatch(/^sess_[0-9A-Z]+$/);
    expect(created.body.sequence).toBe(2);
    const path = { session_id };
    expect(await bob.joinSession({ path })).toEqual({ ok: true });
    expect(await bob.joinSession({ path })).toEqual({ ok: true });
    const sent = await bob.sendMessage({ path, body: { content: [{ type: "text", text: "hi" }] } }).withResponse();
    expect(sent.status).toBe(201);
    expect(sent.body).toMatchObject({ message_id: expect.stringMatching(/^msg_/), sequence: 4 });
    expect(await alice.endSession({ path, body: {} })).toEqual({ ok: true });
    expect(await alice.getSession({ path })).toMatchObject({ id: session_id, state: "ended", topic: "t" });
    expect(await alice.reopenSession({ path })).toEqual({ ok: true });
    expect((await alice.getSession({ path })).ended_at).toBeUndefined();
    expect(await history(alice, session_id)).toEqual([
      "1 invited",
      "2 message",
      "3 joined",
      "4 message",
      "5 ended",
      "6 reopened",
      "7 invited",
    ]);
    expect((await bob.listSessions()).sessions.map(({ id }) => id)).toEqual([session_id]);
  });

  it("do not exist for outsiders, whatever is asked and whatever their state", async () => {
    const { agent } = await network({}, way);
    const [alice, bob, carol] = [await agent(ALICE), await agent(BOB), await agent(CAROL)];
    const { session_id } = await alice.createSession({ body: { invite: [BOB] } });
    await bob.joinSession({ path: { session_id } });
    const asked = async (id: string) => {
      const path = { session_id: id };
      const calls = [
        carol.getSession({ path }),
        carol.listSessionEvents({ path }),
        carol.joinSession({ path }),
        carol.inviteToSession({ path, body: { invite: [CAROL] } }),
        carol.sendMessage({ path, body: { content: "x" } }),
        carol.leaveSession({ path }),
        carol.endSession({ path }),
        carol.reopenSession({ path }),
      ];
      const errors = await Promise.all(calls.map((call) => refused(call, 404, "not_found")));
      return errors.map(({ body }) => body);
    };
    const unknown = await asked("sess_0");
    expect(await asked(session_id)).toEqual(unknown);
    await alice.endSession({ path: { session_id } });
    expect(await asked(session_id)).toEqual(unknown);
    expect(await asked("malformed")).toEqual(unknown);
    expect((await carol.listSessions()).sessions).toEqual([]);
  });

  it("want a token, the right one for each side", async () => {
    const { server, admin, agent, clientFor } = await network({}, way);
    const alice = await agent(ALICE);
    await refused(new SessionClient(server).listSessions(), 401);
    await refused(clientFor("nonsense").listSessions(), 401, "invalid_authorization");
    await refused(admin.listSessions(), 401);
    await refused(alice.listAgents(), 401);
    expect(await new SessionClient(server).health()).toEqual({ status: "ok", network: "local", version: "0.1.0" });
  });
});

describe("the standing of the caller", () => {
  it("decides, after the state of the session", async () => {
    const { agent } = await network();
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const path = { session_id: (await alice.createSession({ body: { invite: [BOB] } })).session_id };
    const message = { path, body: { content: "x" } };
    for (const standing of ["invited", "left"]) {
      await refused(bob.sendMessage(message), 403, "not_joined");
      await refused(bob.leaveSession({ path }), 403, "not_joined");
      await refused(bob.endSession({ path }), 403, "not_joined");
      await refused(bob.inviteToSession({ path, body: { invite: [CAROL] } }), 403, "not_joined");
      await refused(bob.reopenSession({ path }), 409, "session_active");
      if (standing === "left") break;
      await bob.joinSession({ path });
      await bob.leaveSession({ path });
    }
    await refused(bob.joinSession({ path }), 409, "not_invited");
    expect(await alice.inviteToSession({ path, body: { invite: [BOB, ALICE, "@nobody.test"] } })).toEqual({
      invited: [BOB],
    });
    expect(await alice.inviteToSession({ path, body: { invite: [BOB] } })).toEqual({ invited: [] });
    await bob.joinSession({ path });
    await alice.endSession({ path });
    await refused(bob.sendMessage(message), 409, "session_ended");
    await refused(bob.joinSession({ path }), 409, "session_ended");
    await refused(bob.leaveSession({ path }), 409, "session_ended");
    await refused(bob.endSession({ path }), 409, "session_ended");
    await refused(bob.inviteToSession({ path, body: { invite: [CAROL] } }), 409, "session_ended");
  });
});

describe("trust", () => {
  it("fails a creation as a whole, and leaves people out later, always in the same way", async () => {
    const { agent, admin } = await network();
    const [alice] = [
      await agent(ALICE),
      await agent(BOB),
      await agent("@closed.test", "allowlist"),
      await agent("@blocker.test"),
    ];
    await admin.addAgentBlock({ path: { handle: "@blocker.test" }, body: { handle: ALICE } });
    const errors = await Promise.all(
      ["@nobody.test", "@closed.test", "@blocker.test"].map((handle) =>
        refused(alice.createSession({ body: { invite: [BOB, handle] } }), 404, "not_found"),
      ),
    );
    expect(new Set(errors.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await alice.listSessions()).sessions).toEqual([]);
    const path = { session_id: (await alice.createSession({ body: {} })).session_id };
    const invite = ["@nobody.test", "@closed.test", "@blocker.test", BOB];
    expect(await alice.inviteToSession({ path, body: { invite } })).toEqual({ invited: [BOB] });
  });

  it("takes both sides, and owners by their glob", async () => {
    const { agent, admin } = await network();
    const closed = await agent("@closed.owner", "allowlist");
    const [alice] = [await agent(ALICE)];
    const create = (from: SessionClient, to: string) => from.createSession({ body: { invite: [to] } });
    await refused(create(closed, ALICE), 404);
    await refused(create(alice, "@closed.owner"), 404);
    const path = { handle: "@closed.owner" };
    await admin.addAllowlistEntries({ path, body: { entries: ["@alice.*"] } });
    await create(closed, ALICE);
    await create(alice, "@closed.owner");
    const record = await admin.removeAllowlistEntry({ path: { ...path, entry: "@alice.*" } });
    expect(record.allowlist).toEqual([]);
    await refused(create(alice, "@closed.owner"), 404);
  });
});

describe("blocks", () => {
  it("put the blocked agent out, as if it had left", async () => {
    const { agent, admin } = await network();
    const [alice, bob, carol] = [await agent(ALICE), await agent(BOB), await agent(CAROL)];
    const three = (await alice.createSession({ body: { invite: [BOB, CAROL] } })).session_id;
    const two = (await alice.createSession({ body: { invite: [BOB] } })).session_id;
    for (const session_id of [three, two]) await bob.joinSession({ path: { session_id } });
    await carol.joinSession({ path: { session_id: three } });
    const path = { handle: ALICE };
    const block = await admin.addAgentBlock({ path, body: { handle: BOB } }).withResponse();
    expect(block.status).toBe(201);
    expect(await admin.addAgentBlock({ path, body: { handle: BOB } })).toEqual(block.body);
    expect((await history(carol, three)).at(-1)).toBe("5 left");
    expect((await alice.getSession({ path: { session_id: two } })).state).toBe("ended");
    expect((await history(bob, two)).at(-1)).toBe("3 left");
    await refused(bob.createSession({ body: { invite: [ALICE] } }), 404);
    expect(await admin.listAgentBlocks({ path })).toEqual({ blocks: [block.body] });
    await admin.removeAgentBlock({ path: { ...path, blocked_handle: BOB } });
    await bob.createSession({ body: { invite: [ALICE] } });
    await refused(admin.addAgentBlock({ path, body: { handle: ALICE } }), 400, "invalid_body");
  });
});

describe("idempotency keys", () => {
  it("make a repeated message the same one, for each sender", async () => {
    const { agent } = await network();
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const path = { session_id: (await alice.createSession({ body: { invite: [BOB] } })).session_id };
    await bob.joinSession({ path });
    const body = { content: "x", idempotency_key: "k" };
    const first = await alice.sendMessage({ path, body }).withResponse();
    const again = await alice.sendMessage({ path, body: { ...body, content: "y" } }).withResponse();
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await bob.sendMessage({ path, body })).not.toEqual(first.body);
    expect(await history(alice, path.session_id)).toEqual(["1 invited", "2 joined", "3 message", "4 message"]);
    await alice.endSession({ path });
    await refused(alice.sendMessage({ path, body }), 409, "session_ended");
  });

  it("make a repeated creation the same one, for each caller", async () => {
    const { agent } = await network();
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const body = { idempotency_key: "k", initial_message: { content: "x" } };
    const first = await alice.createSession({ body });
    expect(await alice.createSession({ body: { idempotency_key: "k" } })).toEqual(first);
    expect(await bob.createSession({ body })).not.toEqual(first);
    expect((await alice.listSessions()).sessions).toHaveLength(1);
  });
});

describe("bodies and parameters", () => {
  it("that break the contract are refused, and those that may be missing may be missing", async () => {
    const { agent } = await network();
    const alice = await agent(ALICE);
    const path = { session_id: (await alice.createSession({ body: {} })).session_id };
    const options = { validate: false };
    const bad: unknown[] = ["", [], [{ type: "text", text: "" }], [{ type: "video" }], [{ type: "image" }], 5];
    for (const content of bad) {
      await refused(alice.sendMessage({ path, body: { content } as never }, options), 400, "invalid_body");
    }
    const creations = [
      { end_after_send: true },
      { invite: ["bob"] },
      { idempotency_key: "" },
      { topic: null },
      { more: 1 },
    ];
    for (const body of creations)
      await refused(alice.createSession({ body: body as never }, options), 400, "invalid_body");
    await refused(alice.inviteToSession({ path, body: { invite: [] } }, options), 400, "invalid_body");
    for (const query of [{ limit: 0 }, { limit: 1001 }, { after_sequence: -1 }, { limit: "x" as never }]) {
      await refused(alice.listSessionEvents({ path, query }, options), 400, "invalid_body");
    }
    await alice.endSession({ path });
    expect(await alice.reopenSession({ path })).toEqual({ ok: true });
  });
});

describe("the list of events", () => {
  it("is walked page by page; the last page has no cursor", async () => {
    const { agent } = await network();
    const alice = await agent(ALICE);
    const path = { session_id: (await alice.createSession({ body: {} })).session_id };
    for (const content of ["a", "b", "c", "d"]) await alice.sendMessage({ path, body: { content } });
    const pages = [];
    for await (const page of alice.listSessionEvents({ path, query: { limit: 2 } }).pages()) pages.push(page);
    expect(pages.map(({ events, next_cursor }) => [events.length, next_cursor])).toEqual([
      [2, "2"],
      [2, undefined],
    ]);
    const after = await alice.listSessionEvents({ path, query: { after_sequence: 3 } });
    expect(after).toMatchObject({ events: [{ sequence: 4 }] });
    expect((await alice.listSessionEvents({ path, query: { after_sequence: 99 } })).events).toEqual([]);
  });
});

describe("the administrator", () => {
  it("keeps the agents; tokens are shown once", async () => {
    const { admin, clientFor } = await network();
    const body = { handle: ALICE };
    const { token, ...record } = await admin.createAgent({ body });
    expect(record).toEqual({ handle: ALICE, policy: "allowlist", allowlist: [] });
    await refused(admin.createAgent({ body }), 409, "agent_exists");
    await refused(admin.createAgent({ body: { handle: "alice" } }, { validate: false }), 400, "invalid_body");
    const path = { handle: ALICE };
    expect(await admin.getAgent({ path })).toEqual(record);
    expect(await admin.updateAgent({ path, body: {} })).toEqual(record);
    expect(await admin.updateAgent({ path, body: { policy: "open" } })).toMatchObject({ policy: "open" });
    const rotated = await admin.rotateAgentToken({ path });
    await refused(clientFor(String(token)).listSessions(), 401, "invalid_authorization");
    await clientFor(String(rotated.token)).listSessions();
    await admin.createAgent({ body: { handle: "@a.first" } });
    expect((await admin.listAgents()).agents.map(({ handle }) => handle)).toEqual(["@a.first", ALICE]);
    await admin.deleteAgent({ path });
    for (const call of [admin.deleteAgent({ path }), admin.getAgent({ path }), admin.rotateAgentToken({ path })]) {
      await refused(call, 404, "not_found");
    }
  });

  it("can forget everything", async () => {
    const { admin, agent } = await network();
    const alice = await agent(ALICE);
    await alice.createSession({ body: {} });
    await admin.resetNetwork();
    await refused(alice.listSessions(), 401);
    expect((await (await agent(ALICE)).listSessions()).sessions).toEqual([]);
  });

  it("never hands the sessions of a removed agent to another of the same handle", async () => {
    const { admin, agent } = await network();
    const [alice, bob] = [await agent(ALICE), await agent(BOB)];
    const { session_id } = await alice.createSession({ body: { invite: [BOB], idempotency_key: "k" } });
    await bob.joinSession({ path: { session_id } });
    await admin.deleteAgent({ path: { handle: BOB } });
    const stranger = await agent(BOB);
    expect((await stranger.listSessions()).sessions).toEqual([]);
    await refused(stranger.getSession({ path: { session_id } }), 404);
    expect((await history(alice, session_id)).at(-1)).toBe("3 left");
  });
});
