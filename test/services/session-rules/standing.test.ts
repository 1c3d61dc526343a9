/** What each standing may do, and how a standing changes: the protocol's two tables, cell by cell. */
import { describe, expect, it } from "vitest";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { created, scene, sessionOf, verdict } from "./scene.js";

const rights = {
  invited: { metadata: "200", send: "403", invite: "403", leave: "403", end: "403", reopen: "403" },
  joined: { metadata: "200", send: "201", invite: "200", leave: "200", end: "200", reopen: "200" },
  left: { metadata: "200", send: "403", invite: "403", leave: "403", end: "403", reopen: "403" },
};

describe("what a standing allows", () => {
  it.each(Object.entries(rights))("%s", async (standing, wanted) => {
    const { alice, bob } = await scene();
    /** A session of Alice in which Bob has this standing. */
    const begun = async () => {
      const id = await created(alice, { invite: [BOB] });
      if (standing !== "invited") await bob.join(id);
      if (standing === "left") await bob.leave(id);
      return id;
    };
    const ended = await begun();
    await alice.end(ended);
    const answers = {
      metadata: await bob.view(await begun()),
      send: await bob.send(await begun(), "x"),
      invite: await bob.invite(await begun(), CAROL),
      leave: await bob.leave(await begun()),
      end: await bob.end(await begun()),
      reopen: await bob.reopen(ended),
    };
    const statuses = Object.entries(answers).map(([name, { status }]) => [name, String(status)]);
    expect(Object.fromEntries(statuses)).toEqual(wanted);
  });
});

describe("how a standing changes", () => {
  it("– create → joined: the creator, without an event", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    expect(await alice.standing(id)).toBe("joined");
    expect(await alice.course(id)).toEqual([]);
    const [creator] = (await alice.view(id)).json.participants;
    expect(creator).toEqual({ handle: ALICE, status: "joined", joined_at: expect.any(Number) });
  });

  it("– create/invite → invited, by anybody who has joined", async () => {
    const { alice, bob, carol } = await scene();
    const id = await sessionOf(alice, bob);
    expect((await bob.invite(id, CAROL)).json).toEqual({ invited: [CAROL] });
    expect(await carol.standing(id)).toBe("invited");
    const { payload } = (await carol.events(id)).json.events[0];
    expect(payload).toEqual({ invitee: CAROL, by: BOB });
  });

  it("invited join → joined", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB] });
    expect((await bob.join(id)).json).toEqual({ ok: true });
    expect(await bob.standing(id)).toBe("joined");
    expect((await alice.events(id)).json.events[1].payload).toEqual({ agent: BOB });
  });

  it("invited, session ends → stays invited", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB] });
    await alice.end(id);
    expect(await bob.standing(id)).toBe("invited");
  });

  it("joined leave → left", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    expect((await bob.leave(id)).json).toEqual({ ok: true });
    const [, participant] = (await alice.view(id)).json.participants;
    expect(participant).toMatchObject({ handle: BOB, status: "left", left_at: expect.any(Number) });
    expect((await alice.events(id)).json.events[2].payload).toEqual({ agent: BOB, reason: "left" });
  });

  it("joined, session ends → stays joined", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    await bob.end(id);
    expect([await alice.standing(id), await bob.standing(id)]).toEqual(["joined", "joined"]);
    expect((await alice.events(id)).json.events[2].payload).toEqual({ ended_by: BOB });
    expect((await alice.view(id)).json).toMatchObject({ state: "ended", ended_at: expect.any(Number) });
  });

  it("the creator leaves, the others go on; the last one leaves, and the session ends", async () => {
    const { alice, bob, carol } = await scene();
    const id = await created(alice, { invite: [BOB, CAROL] });
    await bob.join(id);
    await alice.leave(id);
    expect(verdict(await bob.send(id, "alone"))).toBe("201");
    expect((await bob.leave(id)).status).toBe(200);
    expect((await bob.view(id)).json.state).toBe("ended");
    expect(await bob.course(id)).toEqual(["1 invited", "2 invited", "3 joined", "4 left", "5 message", "6 left"]);
    expect((await carol.events(id)).json.events.at(-1)).toMatchObject({ type: "session.ended", payload: {} });
    for (const agent of [alice, bob, carol]) expect(verdict(await agent.reopen(id))).toBe("403 not_joined");
  });
});

describe("a session and its list", () => {
  it("GET /sessions: all the caller was ever in, oldest first, each as it is shown alone", async () => {
    const { alice, bob, carol } = await scene();
    const ids = [await sessionOf(alice, bob), await created(bob, { topic: "t" }), await sessionOf(carol, bob)];
    await created(alice);
    await bob.leave(String(ids[0]));
    await carol.end(String(ids[2]));
    const views = await Promise.all(ids.map(async (id) => (await bob.view(id)).json));
    expect((await bob.get("/sessions")).json).toEqual({ sessions: views });
    expect(views.map(({ state }) => state)).toEqual(["active", "active", "ended"]);
  });

  it("optional members are left out, never null", async () => {
    const { alice } = await scene();
    const id = await created(alice, { invite: [BOB] });
    const { json, text } = await alice.view(id);
    expect(Object.keys(json).sort()).toEqual(["created_at", "id", "participants", "state"]);
    expect(json.participants[1]).toEqual({ handle: BOB, status: "invited" });
    expect(text + (await alice.events(id)).text).not.toContain("null");
  });

  it("sequence in the answer to a creation: the first message's, and absent without one", async () => {
    const { alice } = await scene();
    expect(Object.keys((await alice.create({ invite: [BOB] })).json)).toEqual(["session_id"]);
    const body = { invite: [BOB, CAROL], initial_message: { content: "x" } };
    expect((await alice.create(body)).json).toMatchObject({ sequence: 3 });
  });
});
