/** Two agents with the generated client, while the operator is killed under them again and again. */
import { setTimeout as wait } from "node:timers/promises";
import { SessionClient } from "@agentwire/client/session";
import { bearer } from "@agentwire/kit/client";
import { afterAll, expect, it } from "vitest";
import type { KnownEvent } from "../../services/src/session/event.js";
import { cleanUp } from "../generator/tool.js";
import { Machine } from "../services/session-cli/machine.js";
import { eventually } from "../services/support.js";

const KILLS = 3;
const MESSAGES = 300;

const machine = new Machine();
afterAll(() => {
  machine.dispose();
  cleanUp();
});

it("a client reconnects and resumes by itself: it has every message, once, in order", {
  timeout: 120_000,
}, async () => {
  const { url } = await machine.up();
  await machine.agents("alice", "bob");
  const token = (name: string) => machine.read("networks", "default", "credentials", `${name}.test.token`).trim();
  const client = (name: string) => new SessionClient({ baseUrl: url, auth: bearer(token(name)), retries: 20 });
  const [alice, bob] = [client("alice"), client("bob")];

  const channel = bob.connect({}, { backoffMs: 20, maxBackoffMs: 200 });
  const heard: KnownEvent[] = [];
  const listening = (async () => {
    for await (const event of channel) heard.push(event as KnownEvent);
  })();
  await channel.opened;
  const { session_id } = await alice.createSession({ body: { invite: ["@bob.test"] } });
  const path = { session_id };
  await bob.joinSession({ path });

  const sequences: number[] = [];
  const talking = (async () => {
    for (let number = 0; number < MESSAGES; number += 1) {
      // With a key the client may try again when it does not know what became of a call.
      const body = { content: String(number), idempotency_key: `message-${number}` };
      sequences.push((await alice.sendMessage({ path, body })).sequence);
      await wait(5);
    }
  })();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = sequences.length;
    await eventually(
      () => sequences.length,
      (length) => length >= Math.min(MESSAGES, before + 30),
    );
    const pid = machine.operatorPid();
    process.kill(pid, "SIGKILL");
    await eventually(
      () => machine.operatorPid(),
      (now) => now !== pid,
    );
  }
  await talking;
  const messages = () => heard.filter((event) => event.type === "session.message");
  await eventually(messages, ({ length }) => length >= MESSAGES);
  expect(messages().map(({ sequence }) => sequence)).toEqual(sequences);
  expect(messages().map(({ payload }) => payload.content)).toEqual(sequences.map((_, number) => String(number)));
  // Nothing is missing of what happened beside the messages, either.
  const of = heard.map(({ sequence }) => sequence);
  expect(of).toEqual(of.map((_, index) => index + 1));
  channel.close();
  await listening;
});
