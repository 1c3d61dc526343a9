/** Who reaches whom: policies, allowlists and their globs, blocks; and when that counts. */
import { describe, expect, it } from "vitest";
import { listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { blocks, created, type Scene, scene, sessionOf, verdict } from "./scene.js";

const policy = ({ operator }: Scene, handle: string, value: string) =>
  operator.admin.patch(`/_admin/agents/${handle}`, { policy: value });
const allow = ({ operator }: Scene, handle: string, ...entries: string[]) =>
  operator.admin.post(`/_admin/agents/${handle}/allowlist`, { entries });

describe("policies", () => {
  const A = "allowlist";
  it.each([
    ["open", [], "open", [], "201"],
    [A, [], "open", [], "404 not_found"],
    ["open", [], A, [], "404 not_found"],
    [A, [BOB], "open", [], "201"],
    ["open", [], A, [ALICE], "201"],
    [A, [BOB], A, [], "404 not_found"],
    [A, [], A, [ALICE], "404 not_found"],
    [A, [BOB], A, [ALICE], "201"],
    [A, ["@bob.*"], A, ["@alice.*"], "201"],
    [A, ["@bob.other"], "open", [], "404 not_found"],
    [A, ["@bo.*"], "open", [], "404 not_found"],
    [A, ["@bobb.*", "@alice.*"], "open", [], "404 not_found"],
    ["open", ["@carol.test"], "open", [], "201"],
  ])("%s %j to %s %j: %s, in both directions", async (mine, myList, theirs, theirList, wanted) => {
    const here = await scene();
    await policy(here, ALICE, mine);
    await policy(here, BOB, theirs);
    if (myList.length > 0) await allow(here, ALICE, ...myList);
    if (theirList.length > 0) await allow(here, BOB, ...theirList);
    expect(verdict(await here.alice.create({ invite: [BOB] }))).toBe(wanted);
    expect(verdict(await here.bob.create({ invite: [ALICE] }))).toBe(wanted);
  });

  it("a new agent is closed unless it says otherwise", async () => {
    const { operator, alice } = await scene();
    await operator.admin.post("/_admin/agents", { handle: "@new.test" });
    expect(verdict(await alice.create({ invite: ["@new.test"] }))).toBe("404 not_found");
  });
});

describe("when trust counts", () => {
  it("create, invite and reopen: always by what is permitted now", async () => {
    const here = await scene();
    const { alice, bob } = here;
    const [open, ended] = [await created(alice), await sessionOf(alice, bob)];
    await alice.end(ended);
    await policy(here, BOB, "allowlist");
    expect(verdict(await alice.create({ invite: [BOB] }))).toBe("404 not_found");
    expect((await alice.invite(open, BOB)).json).toEqual({ invited: [] });
    await alice.reopen(ended, { invite: [BOB] });
    expect(await bob.standing(ended)).toBe("left");
    await allow(here, BOB, ALICE);
    expect((await alice.invite(open, BOB)).json).toEqual({ invited: [BOB] });
    expect((await alice.invite(ended, BOB)).json).toEqual({ invited: [BOB] });
  });

  it("not on join or send: sessions that stand are left alone", async () => {
    const here = await scene();
    const { alice, bob } = here;
    const id = await created(alice, { invite: [BOB] });
    await policy(here, BOB, "allowlist");
    await policy(here, ALICE, "allowlist");
    expect(verdict(await bob.join(id))).toBe("200");
    expect(verdict(await bob.send(id, "x"))).toBe("201");
  });

  it("a third one may bring two together who cannot reach each other", async () => {
    const here = await scene();
    const { alice, bob, carol } = here;
    await policy(here, ALICE, "allowlist");
    await allow(here, ALICE, CAROL);
    const id = await sessionOf(carol, alice, bob);
    expect(verdict(await bob.send(id, "x"))).toBe("201");
    expect(await alice.course(id)).toEqual(await bob.course(id));
  });

  it("agents cannot change what they permit: that is for the administrator", async () => {
    const { alice } = await scene();
    expect((await alice.patch(`/_admin/agents/${ALICE}`, { policy: "open" })).status).toBe(401);
    expect((await alice.post(`/_admin/agents/${ALICE}/allowlist`, { entries: [BOB] })).status).toBe(401);
    expect((await alice.post(`/_admin/agents/${ALICE}/blocks`, { handle: BOB })).status).toBe(401);
    expect((await alice.get("/agents/me")).status).toBe(404);
  });
});

describe("blocks", () => {
  it("beat every policy and allowlist, in both directions", async () => {
    const here = await scene();
    const { alice, bob, operator } = here;
    await allow(here, ALICE, BOB);
    await blocks(alice, bob, operator);
    for (const answer of [await alice.create({ invite: [BOB] }), await bob.create({ invite: [ALICE] })])
      expect(verdict(answer)).toBe("404 not_found");
  });

  it("put the blocked agent out, which looks as if it had left; what it has got it keeps", async () => {
    const { alice, bob, carol, operator } = await scene();
    const ears = [await listening(alice), await listening(bob), await listening(carol)];
    const id = await sessionOf(alice, bob, carol);
    await alice.send(id, "kept");
    await blocks(alice, bob, operator);
    for (const ear of ears) expect((await ear.next("left", id)).payload).toEqual({ agent: BOB, reason: "left" });
    expect(verdict(await carol.send(id, "we go on"))).toBe("201");
    expect(await bob.course(id)).toEqual(["1 invited", "2 invited", "3 joined", "4 joined", "5 message", "6 left"]);
    await ears[1]?.quiet();
    expect(ears[1]?.of(id).at(-1)?.type).toBe("session.left");
  });

  it("end a session that only the two were in", async () => {
    const { alice, bob, operator } = await scene();
    const id = await sessionOf(alice, bob);
    await blocks(alice, bob, operator);
    expect((await alice.view(id)).json.state).toBe("ended");
    expect(await alice.course(id)).toEqual(["1 invited", "2 joined", "3 left", "4 ended"]);
    expect(await bob.course(id)).toEqual(["1 invited", "2 joined", "3 left"]);
  });

  it("take back an invitation, and say so to those who have joined", async () => {
    const { alice, bob, carol, operator } = await scene();
    const id = await created(alice, { invite: [BOB, CAROL] });
    await blocks(alice, bob, operator);
    expect(await bob.standing(id)).toBe("left");
    expect(verdict(await bob.join(id))).toBe("409 not_invited");
    expect(await alice.course(id)).toEqual(["1 invited", "2 invited", "3 left"]);
    expect(await bob.course(id)).toEqual(["1 invited"]);
    expect(await carol.course(id)).toEqual(["2 invited"]);
    expect((await alice.view(id)).json.state).toBe("active");
  });

  it("leave alone sessions that the blocking agent has not joined, that have ended, and those of others", async () => {
    const { alice, bob, carol, operator } = await scene();
    const invited = await created(bob, { invite: [ALICE] });
    const ended = await sessionOf(alice, bob);
    await alice.end(ended);
    const others = await sessionOf(carol, bob);
    await blocks(alice, bob, operator);
    expect([await alice.standing(invited), await bob.standing(invited)]).toEqual(["invited", "joined"]);
    expect(await bob.standing(ended)).toBe("joined");
    expect(await bob.standing(others)).toBe("joined");
  });

  it("keep the blocked agent from inviting, and from being invited, by create, invite and reopen", async () => {
    const { alice, bob, carol, operator } = await scene();
    const [mine, theirs] = [await sessionOf(alice, carol), await sessionOf(bob, carol)];
    const ended = await sessionOf(bob, alice, carol);
    await bob.end(ended);
    await blocks(alice, bob, operator);
    expect((await alice.invite(mine, BOB)).json).toEqual({ invited: [] });
    expect((await bob.invite(theirs, ALICE)).json).toEqual({ invited: [] });
    expect((await carol.invite(mine, BOB)).json).toEqual({ invited: [BOB] });
    await bob.reopen(ended, { invite: [ALICE] });
    expect(await alice.standing(ended)).toBe("left");
    expect(await carol.standing(ended)).toBe("invited");
  });

  it("lifted: the two reach each other again, and nobody is put back", async () => {
    const { alice, bob, carol, operator } = await scene();
    const id = await sessionOf(alice, bob, carol);
    await blocks(alice, bob, operator);
    expect((await operator.admin.delete(`/_admin/agents/${ALICE}/blocks/${BOB}`)).status).toBe(204);
    expect(await bob.standing(id)).toBe("left");
    expect((await alice.invite(id, BOB)).json).toEqual({ invited: [BOB] });
  });

  it("of both sides are two: lifting one leaves the other", async () => {
    const { alice, bob, operator } = await scene();
    await blocks(alice, bob, operator);
    await blocks(bob, alice, operator);
    await operator.admin.delete(`/_admin/agents/${ALICE}/blocks/${BOB}`);
    expect(verdict(await alice.create({ invite: [BOB] }))).toBe("404 not_found");
    await operator.admin.delete(`/_admin/agents/${BOB}/blocks/${ALICE}`);
    expect(verdict(await alice.create({ invite: [BOB] }))).toBe("201");
  });

  it("of an agent that is not there yet count when it comes", async () => {
    const { alice, operator } = await scene();
    await operator.admin.post(`/_admin/agents/${ALICE}/blocks`, { handle: "@later.test" });
    await operator.agent("@later.test");
    expect(verdict(await alice.create({ invite: ["@later.test"] }))).toBe("404 not_found");
  });

  it("again: changes nothing, also where a third one has brought the two together since", async () => {
    const { alice, bob, carol, operator } = await scene();
    const first = await blocks(alice, bob, operator);
    const id = await sessionOf(carol, alice, bob);
    expect((await blocks(alice, bob, operator)).json).toEqual(first.json);
    expect(await bob.standing(id)).toBe("joined");
  });
});
