/** Sockets that come and go in ways that no client should. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { listening } from "../session/listener.js";
import { ALICE, BOB } from "../session/network.js";
import { operator } from "../session/operator.js";
import { eventually } from "../support.js";
import { RawSocket } from "./raw-socket.js";

const LONG = { graceMs: 3_600_000 };

async function pair(settings: { readonly graceMs: number } = LONG) {
  const started = await operator(settings);
  const [alice, bob] = [await started.agent(ALICE), await started.agent(BOB)];
  const { session_id: id } = (await alice.create({ invite: [BOB] })).json;
  await bob.join(id);
  return { started, alice, bob, id };
}

it("that open and die at once, in loops: told in turns, never twice, and none is left", async () => {
  const { started, alice, bob, id } = await pair();
  for (let round = 0; round < 20; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 5 }, () => RawSocket.open(started.url, bob.token)));
    for (const socket of sockets) socket.reset();
  }
  const { hostname, port } = new URL(started.url);
  // And those that die in the middle of the upgrade.
  for (let round = 0; round < 50; round += 1) {
    const socket = connect(Number(port), hostname).on("error", () => undefined);
    await once(socket, "connect");
    socket.write(
      `GET /connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\nAuthorization: Bearer ${bob.token}\r\n\r\n`,
      () => socket.resetAndDestroy(),
    );
    await once(socket, "close");
  }
  await (await listening(bob)).close();
  const presence = async (): Promise<string[]> =>
    (await alice.course(id)).slice(2).map((event) => event.replace(/^\d+ /, ""));
  await eventually(presence, (events) => events.at(-1) === "disconnected");
  const events = await presence();
  expect(events).toEqual(events.map((_, at) => (at % 2 === 0 ? "disconnected" : "reconnected")));
  expect(await bob.standing(id)).toBe("joined");
});

it("many of one agent: each hears every event, one presence, and a changed token closes them all", async () => {
  const { started, alice, bob, id } = await pair();
  const ears = await Promise.all(Array.from({ length: 20 }, () => listening(bob)));
  const { session_id: fresh } = (await alice.create({ invite: [BOB] })).json;
  for (let count = 0; count < 10; count += 1) await alice.send(id, `${count}`);
  for (const ear of ears) {
    await ear.next("invited", fresh);
    await ear.until(() => ear.of(id).at(-1)?.payload["content"] === "9", "the last message");
    const messages = ear.of(id).filter(({ type }) => type === "session.message");
    expect(messages.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 10 }, (_, at) => at + 3));
  }
  await Promise.all(ears.slice(1).map((ear) => ear.close()));
  await alice.send(id, "one is left");
  await ears[0]?.next("message", id, { content: "one is left" });
  expect((await alice.course(id)).join()).not.toContain("disconnected");
  await started.admin.post(`/_admin/agents/${BOB}/rotate-token`);
  expect((await ears[0]?.closed)?.code).toBe(4401);
  await expect(bob.listen()).rejects.toThrow("401");
  await eventually(
    () => alice.course(id),
    (events) => events.at(-1) === "14 disconnected",
  );
});

it("of a removed agent that does not hang up: nothing happens to a later agent of the handle when they are gone", async () => {
  const { started, alice, bob, id } = await pair({ graceMs: 0 });
  const lingering = await RawSocket.open(started.url, bob.token);
  onTestFinished(() => void lingering.socket.destroy());
  await eventually(
    () => lingering.events.length,
    (length) => length === 2,
  );
  await started.admin.delete(`/_admin/agents/${BOB}`);
  await eventually(
    () => lingering.closeCode,
    (code) => code === 4401,
  );
  const namesake = await started.agent(BOB);
  const { session_id: fresh } = (await namesake.create({ invite: [ALICE] })).json;
  await alice.join(fresh);
  await alice.send(fresh, "for the new one");
  lingering.reset();
  // By then the operator has noticed: what it does for a later connection it does after that.
  await (await listening(alice)).close();
  await eventually(
    () => alice.standing(fresh),
    (standing) => standing === "left",
  );
  expect(lingering.events.every(({ session_id }) => session_id === id)).toBe(true);
  expect(await namesake.standing(fresh)).toBe("joined");
  expect((await namesake.course(fresh)).filter((event) => event.includes("disconnected"))).toHaveLength(1);
});

it("that live long: cost nothing for what they have heard", async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const { alice, bob, id } = await pair();
  const ear = await listening(bob);
  for (let count = 0; count < 50; count += 1) {
    await alice.send(id, `${count}`);
    await ear.next("message", id, { content: `${count}` });
  }
  expect(warnings).toEqual([]);
});
