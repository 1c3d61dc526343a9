/** What an agent hears after it was away: what it missed, once, in order, before anything new. */
import { describe, expect, it } from "vitest";
import type { Answer } from "../raw.js";
import { listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { created, scene, sessionOf } from "./scene.js";

/** Bob in a session with Alice, with everything heard and no socket any more. */
async function bobAway() {
  const { operator, alice, bob, carol } = await scene();
  const id = await sessionOf(alice, bob);
  const first = await listening(bob);
  await first.course(id, 2);
  await first.close();
  const watcher = await listening(alice);
  await watcher.next("disconnected", id, { agent: BOB });
  return { operator, alice, bob, carol, id };
}

describe("what is replayed, by what happened meanwhile", () => {
  it("Joined throughout: all events", async () => {
    const { alice, bob, carol, id } = await bobAway();
    await alice.send(id, "one");
    await alice.invite(id, CAROL);
    await carol.join(id);
    await carol.send(id, "two");
    const ear = await listening(bob);
    const wanted = ["3 disconnected", "4 message", "5 invited", "6 joined", "7 message", "8 reconnected"];
    expect(await ear.course(id, wanted.length)).toEqual(wanted);
  });

  it("Invited throughout: invitations and the end, no content", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB], initial_message: { content: "x" } });
    await alice.send(id, "y");
    await alice.end(id);
    const ear = await listening(bob);
    expect(await ear.course(id, 2)).toEqual(["1 invited", "4 ended"]);
    await ear.quiet();
    expect(ear.frames).toHaveLength(2);
  });

  it("Joined then left during the gap: up to and including session.left", async () => {
    const { alice, bob, id } = await bobAway();
    await alice.send(id, "one");
    await bob.leave(id);
    await alice.send(id, "behind");
    await alice.end(id);
    const ear = await listening(bob);
    expect(await ear.course(id, 3)).toEqual(["3 disconnected", "4 message", "5 left"]);
    await ear.quiet();
    expect(ear.frames).toHaveLength(3);
  });

  it("Status changed in the gap: each event is judged by the status at that time", async () => {
    const { alice, bob, id } = await bobAway();
    await alice.send(id, "seen");
    await bob.leave(id);
    await alice.send(id, "not seen");
    await alice.invite(id, BOB);
    await alice.send(id, "not seen either");
    await alice.end(id);
    const wanted = ["3 disconnected", "4 message", "5 left", "7 invited", "9 ended"];
    const ear = await listening(bob);
    expect(await ear.course(id, wanted.length)).toEqual(wanted);
    await ear.quiet();
    expect(ear.frames).toHaveLength(wanted.length);
    expect(await bob.course(id)).toEqual(["1 invited", "2 joined", ...wanted]);
  });

  it("After a join: the whole transcript before live events", async () => {
    const { alice, bob } = await scene();
    const id = await created(alice, { invite: [BOB] });
    for (const content of ["one", "two"]) await alice.send(id, content);
    await bob.join(id);
    const ear = await listening(bob);
    await alice.send(id, "three");
    const wanted = ["1 invited", "2 message", "3 message", "4 joined", "5 message"];
    expect(await ear.course(id, wanted.length)).toEqual(wanted);
  });

  it("Order: fully replayed, then live, however much is sent meanwhile", async () => {
    const { alice, bob, id } = await bobAway();
    for (let count = 0; count < 50; count += 1) await alice.send(id, `missed ${count}`);
    const opening = listening(bob);
    await Promise.all(Array.from({ length: 50 }, (_, count) => alice.send(id, `live ${count}`)));
    const ear = await opening;
    await ear.until(() => ear.of(id).length >= 102, "102 events");
    expect(ear.of(id).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 102 }, (_, at) => at + 3));
  });

  it("Batch: more than a thousand missed events come at once", async () => {
    const { alice, bob, id } = await bobAway();
    for (let round = 0; round < 15; round += 1) {
      await Promise.all(Array.from({ length: 80 }, (_, count) => alice.send(id, `${round} ${count}`)));
    }
    const ear = await listening(bob);
    await ear.until(() => ear.of(id).length >= 1202, "1202 events");
    expect(ear.of(id).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1202 }, (_, at) => at + 3));
  });
});

describe("the cursor", () => {
  it("belongs to the agent and not to the socket: what one has had, the next does not get", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    const first = await listening(bob);
    await first.course(id, 2);
    const second = await listening(bob);
    await alice.send(id, "both");
    for (const ear of [first, second]) await ear.next("message", id);
    expect(await second.course(id, 1)).toEqual(["3 message"]);
    await first.close();
    await alice.send(id, "the other one");
    await second.course(id, 2);
    await second.close();
    const third = await listening(bob);
    await third.next("reconnected", id);
    expect((await third.course(id, 2))[0]).toBe("5 disconnected");
  });

  it("is one for each session", async () => {
    const { alice, bob } = await scene();
    const ids = [await sessionOf(alice, bob), await sessionOf(alice, bob)];
    const first = await listening(bob);
    for (const id of ids) await first.course(id, 2);
    await first.close();
    await alice.send(String(ids[0]), "x");
    const second = await listening(bob);
    expect(await second.course(String(ids[0]), 3)).toEqual(["3 disconnected", "4 message", "5 reconnected"]);
    expect(await second.course(String(ids[1]), 2)).toEqual(["3 disconnected", "4 reconnected"]);
  });

  it("does not move when the list of events is read", async () => {
    const { alice, bob, id } = await bobAway();
    await alice.send(id, "x");
    expect((await bob.events(id)).json.events).toHaveLength(4);
    const ear = await listening(bob);
    expect(await ear.course(id, 3)).toEqual(["3 disconnected", "4 message", "5 reconnected"]);
  });

  it("is not moved by anything that a client asks for", async () => {
    const { alice, bob, id } = await bobAway();
    await alice.send(id, "x");
    const asking = { listen: () => bob.listen("?after_sequence=4&cursor=4&last_event_id=4") };
    expect(await (await listening(asking)).course(id, 3)).toEqual(["3 disconnected", "4 message", "5 reconnected"]);
  });
});

describe("the list of events", () => {
  it("holds for each standing what its sockets got, also page by page", async () => {
    const { alice, bob, carol } = await scene();
    const id = await created(alice, { invite: [BOB, CAROL], initial_message: { content: "0" } });
    await bob.join(id);
    for (const content of ["1", "2", "3"]) await alice.send(id, content);
    await bob.leave(id);
    await alice.send(id, "4");
    for (const agent of [alice, bob, carol]) {
      const whole = (await agent.events(id)).json.events;
      for (const limit of [1, 2, 3, 1000]) {
        const paged: unknown[] = [];
        let cursor: string | undefined = "0";
        while (cursor !== undefined) {
          const page: Answer = await agent.events(id, `?after_sequence=${cursor}&limit=${limit}`);
          expect(page.json.events.length).toBeLessThanOrEqual(limit);
          paged.push(...page.json.events);
          cursor = page.json.next_cursor;
        }
        expect(paged).toEqual(whole);
      }
    }
    expect(await bob.course(id)).toHaveLength(8);
    expect(await carol.course(id)).toEqual(["2 invited"]);
  });

  it("has a cursor exactly while there is more", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    for (const content of ["1", "2"]) await alice.send(id, content);
    expect((await alice.events(id, "?limit=1")).json.next_cursor).toBe("1");
    expect((await alice.events(id, "?limit=2")).json).not.toHaveProperty("next_cursor");
    expect((await alice.events(id, "?limit=1&after_sequence=1")).json).not.toHaveProperty("next_cursor");
    expect((await alice.events(id, "?after_sequence=2")).json).toEqual({ events: [] });
    expect((await alice.events(id, "?after_sequence=9007199254740991")).json).toEqual({ events: [] });
  });

  it("gives a thousand at most, and the rest by its cursor", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    for (let round = 0; round < 21; round += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, count) => alice.send(id, `${round} ${count}`)));
    }
    const { events, next_cursor } = (await alice.events(id)).json;
    expect([events.length, next_cursor]).toEqual([1000, "1000"]);
    const rest = (await alice.events(id, "?after_sequence=1000")).json;
    expect(rest.events).toHaveLength(50);
    expect(rest).not.toHaveProperty("next_cursor");
  });
});

it("an agent that never had a socket gets all of its sessions with its first one, those it left too", async () => {
  const { alice, bob } = await scene();
  const [left, ended, open] = [await sessionOf(alice, bob), await sessionOf(alice, bob), await sessionOf(alice, bob)];
  await bob.leave(left);
  await alice.end(ended);
  const ear = await listening(bob);
  expect(await ear.course(left, 3)).toEqual(["1 invited", "2 joined", "3 left"]);
  expect(await ear.course(ended, 3)).toEqual(["1 invited", "2 joined", "3 ended"]);
  expect(await ear.course(open, 2)).toEqual(["1 invited", "2 joined"]);
  expect(ear.frames[0]?.payload).toEqual({ invitee: BOB, by: ALICE });
});
