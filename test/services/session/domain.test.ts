import { describe, expect, it } from "vitest";
import { type Agent, canReach, newToken } from "../../../services/src/session/agent.js";
import { Connection } from "../../../services/src/session/connection.js";
import type { KnownEvent } from "../../../services/src/session/event.js";
import type { KeptSession } from "../../../services/src/session/kept-session.js";
import { type Cursor, Participant, type Place } from "../../../services/src/session/participant.js";
import { Session } from "../../../services/src/session/session.js";

const A = "@a.x";
const B = "@b.y";
const C = "@c.y";

const agent = (handle: string, more: Partial<Agent> = {}): Agent => ({
  id: `agt_${handle}`,
  handle,
  tokenHash: "",
  policy: "open",
  allowlist: new Set(),
  blocks: new Map(),
  ...more,
});

describe("canReach", () => {
  const closed = (handle: string, ...entries: string[]) =>
    agent(handle, { policy: "allowlist", allowlist: new Set(entries) });

  it.each([
    ["both open", agent(A), agent(B), true],
    ["one closed", agent(A), closed(B), false],
    ["one lists the other", agent(A), closed(B, A), true],
    ["one lists the other's owner", agent(A), closed(B, "@a.*"), true],
    ["an owner is no prefix", agent("@aa.x"), closed(B, "@a.*"), false],
    ["both closed, one lists", closed(A, B), closed(B), false],
    ["both list", closed(A, B), closed(B, A), true],
    ["a block beats everything", agent(A, { blocks: new Map([[B, 0]]) }), closed(B, A), false],
  ])("%s", (_, one, other, reachable) => {
    expect(canReach(one, other)).toBe(reachable);
    expect(canReach(other, one)).toBe(reachable);
  });

  it("makes tokens that are long and kept as a hash only", () => {
    const { token, tokenHash } = newToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(tokenHash).toMatch(/^[0-9a-f]{64}$/);
  });
});

const begin = () => {
  const session = Session.create(A, "topic", () => 1);
  session.begin(A, [B, C], { content: "hello" }, false);
  return session;
};

describe("Session", () => {
  /** What has happened in a session, though its changes were taken piece by piece. */
  const courses = new WeakMap<Session, KnownEvent[]>();
  const eventsOf = (session: Session): KnownEvent[] => {
    const events = [...(courses.get(session) ?? []), ...session.changes().events];
    courses.set(session, events);
    return events;
  };
  const seen = (session: Session, handle: string) => {
    const events = eventsOf(session);
    const visible: string[] = [];
    const participant = session.participant(handle);
    for (let next = participant.next(0); next !== undefined; next = participant.next(next)) {
      const event = events[next - 1];
      if (!event) break;
      visible.push(`${event.sequence} ${event.type.slice(8)}`);
    }
    return visible;
  };
  it("numbers events from 1 without gaps, and gives messages the number of their event", () => {
    const session = begin();
    session.join(B);
    const { sequence, message_id } = session.send(B, { content: "hi" });
    expect(eventsOf(session).map((event) => event.sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(eventsOf(session)[4]).toMatchObject({ sequence, payload: { id: message_id, sequence, sender: B } });
    for (const event of eventsOf(session)) expect(event.event_id).toMatch(/^evt_[0-9A-Z]{26}$/);
  });

  it("shows who was only invited its own invitation and the end", () => {
    const session = begin();
    session.join(B);
    session.end(A);
    expect(seen(session, C)).toEqual(["2 invited", "5 ended"]);
  });

  it("shows who joins everything, and who leaves everything up to that", () => {
    const session = begin();
    session.join(B);
    expect(seen(session, B)).toEqual(["1 invited", "2 invited", "3 message", "4 joined"]);
    session.leave(B);
    session.send(A, { content: "behind your back" });
    expect(seen(session, B)).toEqual(["1 invited", "2 invited", "3 message", "4 joined", "5 left"]);
    session.invite(A, [B]);
    session.end(A);
    expect(seen(session, B)).toEqual([
      "1 invited",
      "2 invited",
      "3 message",
      "4 joined",
      "5 left",
      "7 invited",
      "8 ended",
    ]);
  });

  it("ends when nobody who has joined remains, and names no one", () => {
    const session = begin();
    session.leave(A);
    expect(session.view()).toMatchObject({ state: "ended" });
    expect(eventsOf(session).at(-1)).toMatchObject({ type: "session.ended", payload: {} });
  });

  it("carries the message in the invitations only when it ends at once", () => {
    const session = Session.create(A, undefined, () => 1);
    const sequence = session.begin(A, [B, C], { content: "bye" }, true);
    expect(sequence).toBe(3);
    expect(eventsOf(session)[0]).toMatchObject({ payload: { initial_message: { sequence: 3, content: "bye" } } });
    expect(seen(session, B)).toEqual(["1 invited", "4 ended"]);
    expect(eventsOf(begin())[0]?.payload).not.toHaveProperty("initial_message");
  });

  it("is reopened for those who can be reached; the others are out without a word", () => {
    const session = begin();
    session.join(B);
    session.end(A);
    expect(() => session.reopen(C, [], () => true)).toThrow(expect.objectContaining({ code: "not_joined" }));
    session.reopen(A, ["@d.z", B], (handle) => handle !== C, { content: "again" });
    expect(session.view().participants.map(({ handle, status }) => [handle, status])).toEqual([
      [A, "joined"],
      [B, "invited"],
      [C, "left"],
      ["@d.z", "invited"],
    ]);
    expect(
      eventsOf(session)
        .slice(5)
        .map(({ type }) => type.slice(8)),
    ).toEqual(["reopened", "invited", "invited", "message"]);
    expect(seen(session, B).slice(-2)).toEqual(["6 reopened", "7 invited"]);
    expect(seen(session, C)).toEqual(["2 invited", "5 ended"]);
  });

  it("may be reopened by an invited agent where that is its only way to answer, and once only", () => {
    const session = Session.create(A, undefined, () => 1);
    session.begin(A, [B], { content: "bye" }, true);
    session.reopen(B, [], () => true, { content: "wait" });
    expect(session.view().participants.map(({ status }) => status)).toEqual(["invited", "joined"]);
    session.end(B);
    expect(() => session.reopen(A, [], () => true)).toThrow(expect.objectContaining({ code: "not_joined" }));
  });
});

describe("a participant that joins and leaves without end", () => {
  it("costs no more each time: a socket that has seen none of it still finds its place", () => {
    const participant = new Participant("sess_1", A);
    for (let sequence = 0; sequence < 200_000; sequence += 2) {
      participant.become("joined", sequence, 1);
      participant.become("left", sequence + 1, 1);
    }
    const placeWith = (cursor: Cursor): Place => cursor.start(placeWith);
    expect(placeWith(participant.cursor)).toEqual({ at: 0, got: [] });
  });
});

describe("a connection", () => {
  const kept = () => {
    const session = begin();
    const events = session.changes().events;
    return { session, log: { length: events.length, recent: (sequence: number) => events[sequence - 1] } };
  };
  const sink = (more: object) => ({
    trySend: () => true,
    send: () => Promise.resolve(),
    received: () => Promise.resolve(true),
    close: () => undefined,
    closed: new Promise(() => undefined),
    ...more,
  });
  const progress = { moved: () => undefined };

  it("that cannot send an event closes with 1011, and keeps it from nobody else", () => {
    const closed: number[] = [];
    const broken = sink({
      trySend: () => {
        throw new Error("it cannot be sent");
      },
      close: (code: number) => closed.push(code),
    });
    const connection = new Connection(A, "hash", broken, progress);
    expect(() => connection.begin(kept() as unknown as KeptSession)).not.toThrow();
    expect(closed).toEqual([1011]);
  });

  it("waits for the confirmation that is under way already", async () => {
    let answer: (isReceived: boolean) => void = () => undefined;
    const slow = sink({ received: () => new Promise<boolean>((resolve) => (answer = resolve)) });
    const connection = new Connection(A, "hash", slow, progress);
    const { session, log } = kept();
    connection.begin({ session, log } as unknown as KeptSession);
    void connection.confirm();
    const second = connection.confirm().then(() => session.participant(A).cursor.place.at);
    answer(true);
    expect(await second).toBe(3);
  });
});
