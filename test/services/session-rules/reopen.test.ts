/** Going on with a session that has ended: who may, who is back and who hears of it. */
import { describe, expect, it } from "vitest";
import { listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { created, scene, sessionOf, verdict } from "./scene.js";

it("the order: reopened, an invitation each, then the message", async () => {
  const { alice, bob, operator } = await scene();
  const dave = await operator.agent("@dave.test");
  const id = await sessionOf(alice, bob);
  await alice.end(id);
  const initial_message = { content: "again", metadata: { n: 1 } };
  const answer = await alice.reopen(id, { invite: [CAROL, dave.handle, BOB, ALICE, CAROL], initial_message });
  expect([answer.status, answer.json]).toEqual([200, { ok: true }]);
  const events = (await alice.events(id)).json.events.slice(3);
  const payloads = events.map(({ payload }: { payload: object }) => payload);
  expect(payloads).toEqual([
    { reopened_by: ALICE },
    { invitee: BOB, by: ALICE },
    { invitee: CAROL, by: ALICE },
    { invitee: dave.handle, by: ALICE },
    expect.objectContaining({ ...initial_message, sender: ALICE, sequence: 8 }),
  ]);
});

it("same id, same transcript, gapless numbers, no ended_at; and it can end again", async () => {
  const { alice, bob } = await scene();
  const id = await sessionOf(alice, bob);
  await alice.send(id, "before");
  await alice.end(id);
  const before = (await alice.events(id)).json.events;
  await alice.reopen(id);
  expect((await alice.view(id)).json).not.toHaveProperty("ended_at");
  await alice.send(id, "after");
  await alice.end(id);
  const after = (await alice.events(id)).json.events;
  expect(after.slice(0, before.length)).toEqual(before);
  expect(await alice.course(id)).toEqual([
    "1 invited",
    "2 joined",
    "3 message",
    "4 ended",
    "5 reopened",
    "6 invited",
    "7 message",
    "8 ended",
  ]);
});

describe("who was in", () => {
  it("is invited anew, also who had left, and sees nothing new before it joins", async () => {
    const { alice, bob, carol } = await scene();
    const id = await sessionOf(alice, bob, carol);
    await carol.leave(id);
    await alice.end(id);
    await alice.reopen(id, { initial_message: { content: "again" } });
    expect([await alice.standing(id), await bob.standing(id), await carol.standing(id)]).toEqual([
      "joined",
      "invited",
      "invited",
    ]);
    expect((await bob.course(id)).slice(-3)).toEqual(["6 ended", "7 reopened", "8 invited"]);
    expect((await carol.course(id)).slice(-2)).toEqual(["5 left", "9 invited"]);
    expect(verdict(await bob.send(id, "x"))).toBe("403 not_joined");
    await bob.join(id);
    expect(await bob.course(id)).toEqual(await alice.course(id));
  });

  it("may reopen, whoever it is: not only the creator, not only who ended it", async () => {
    const { alice, bob, carol } = await scene();
    const id = await sessionOf(alice, bob, carol);
    await alice.end(id);
    expect(verdict(await carol.reopen(id))).toBe("200");
    expect(await alice.standing(id)).toBe("invited");
    expect((await carol.events(id)).json.events[5].payload).toEqual({ reopened_by: CAROL });
  });

  it("only one of two who reopen at the same moment does", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    await alice.end(id);
    const answers = await Promise.all([alice.reopen(id), bob.reopen(id)]);
    expect(answers.map(verdict).sort()).toEqual(["200", "409 session_active"]);
    expect(
      (await alice.events(id)).json.events.filter(({ type }: { type: string }) => type.endsWith("reopened")),
    ).toHaveLength(1);
  });
});

it("who hears session.reopened: the reopener and who was in at the end; others their invitation only", async () => {
  const { alice, bob, carol, operator } = await scene();
  const dave = await operator.agent("@dave.test");
  const id = await created(alice, { invite: [BOB, CAROL] });
  await bob.join(id);
  const [a, b, c, d] = [await listening(alice), await listening(bob), await listening(carol), await listening(dave)];
  await alice.end(id);
  await alice.reopen(id, { invite: [dave.handle] });
  expect((await a.course(id, 8)).slice(3)).toEqual(["4 ended", "5 reopened", "6 invited", "7 invited", "8 invited"]);
  expect((await b.course(id, 6)).slice(3)).toEqual(["4 ended", "5 reopened", "6 invited"]);
  expect(await c.course(id, 3)).toEqual(["2 invited", "4 ended", "7 invited"]);
  expect(await d.course(id, 1)).toEqual(["8 invited"]);
  for (const ear of [a, b, c, d]) await ear.quiet();
  expect([a, b, c, d].map(({ frames }) => frames.length)).toEqual([8, 6, 3, 1]);
});

describe("send and end", () => {
  const bye = { initial_message: { content: "bye" }, end_after_send: true };

  it("an invitee answers by reopening, and then is in", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB], ...bye });
    const [a, b] = [await listening(alice), await listening(bob)];
    expect(verdict(await bob.reopen(id, { initial_message: { content: "wait" } }))).toBe("200");
    expect([await alice.standing(id), await bob.standing(id)]).toEqual(["invited", "joined"]);
    const all = ["1 invited", "2 message", "3 ended", "4 reopened", "5 invited", "6 message"];
    expect(await bob.course(id)).toEqual(all);
    expect(await b.course(id, 6)).toEqual(["1 invited", "3 ended", "2 message", ...all.slice(-3)]);
    expect(await a.course(id, 5)).toEqual(all.slice(0, 5));
  });

  it("only as long as it is that end: a later end is one like others", async () => {
    const { alice, bob, carol } = await scene();
    const id = await created(alice, { invite: [BOB, CAROL], ...bye });
    await bob.reopen(id);
    await bob.end(id);
    for (const agent of [alice, carol]) expect(verdict(await agent.reopen(id))).toBe("403 not_joined");
    expect(verdict(await bob.reopen(id))).toBe("200");
  });

  it("with nobody invited is a note to oneself", async () => {
    const { alice } = await scene();
    const { json } = await alice.create(bye);
    expect(json.sequence).toBe(1);
    expect(await alice.course(json.session_id)).toEqual(["1 message", "2 ended"]);
    expect(verdict(await alice.reopen(json.session_id))).toBe("200");
  });

  it("the end names who ended it", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB], ...bye });
    expect((await bob.events(id)).json.events.at(-1)).toMatchObject({
      type: "session.ended",
      payload: { ended_by: ALICE },
    });
  });
});
