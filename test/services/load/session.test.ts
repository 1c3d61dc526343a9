/** A thousand agents, all connected, in a hundred sessions where everybody talks: against an operator of its own process. */
import { join } from "node:path";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import type { Agent } from "../session/agent.js";
import type { Listener } from "../session/listener.js";
import { OperatorProcess } from "../session-faults/process.js";

afterAll(cleanUp);

const SESSIONS = 100;
const EACH = 10;
/** Messages of every agent. */
const MESSAGES = 2;
const AT_A_TIME = 50;
const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** Does something with all, so many at a time. */
async function forAll<Item, Result>(items: readonly Item[], act: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += AT_A_TIME) {
    results.push(...(await Promise.all(items.slice(at, at + AT_A_TIME).map(act))));
  }
  return results;
}

it(`${SESSIONS * EACH} connected agents in ${SESSIONS} busy sessions: everybody hears all of theirs, once, in order`, async () => {
  const operator = await OperatorProcess.start({ path: join(temporaryFolder(), "session.db") });
  onTestFinished(() => operator.kill());
  const handles = range(SESSIONS * EACH).map((number) => `@load.agent-${number}`);
  const agents = await forAll(handles, async (handle) => operator.agent(handle, await operator.register(handle)));
  const ears = new Map<Agent, Listener>();
  await forAll(agents, async (agent) => void ears.set(agent, await agent.listen()));
  const groups = range(SESSIONS).map((number) => agents.slice(number * EACH, (number + 1) * EACH));

  const sessions = await forAll(groups, async (members) => {
    const [creator, ...others] = members;
    const invite = others.map(({ handle }) => handle);
    const id: string = (await creator?.create({ invite }))?.json.session_id;
    for (const other of others) expect((await other.join(id)).status).toBe(200);
    return { id, members };
  });
  const before = 2 * (EACH - 1);
  const all = before + EACH * MESSAGES;
  // Every agent's first message, over all sessions, then every agent's second.
  const turns = range(MESSAGES).flatMap((turn) =>
    range(EACH).flatMap((at) =>
      sessions.map(({ id, members }) => ({ id, sender: members[at], content: `${turn} ${at}` })),
    ),
  );
  const sent = await forAll(turns, async ({ id, sender, content }) => ({
    id,
    content,
    answer: await sender?.send(id, content),
  }));
  for (const { answer } of sent) expect(answer?.status).toBe(201);

  for (const { id, members } of sessions) {
    const events = (await members[0]?.events(id))?.json.events;
    expect(events.map(({ sequence }: { sequence: number }) => sequence)).toEqual(range(all).map((at) => at + 1));
    const said = sent.filter((one) => one.id === id).map(({ content, answer }) => [answer?.json.sequence, content]);
    const kept = events
      .slice(before)
      .map(({ sequence, payload }: { sequence: number; payload: { content: string } }) => [sequence, payload.content]);
    expect(kept).toEqual(said.sort(([a], [b]) => a - b));
    for (const member of members) {
      const ear = ears.get(member);
      await ear?.until(() => ear.frames.length >= all, `${all} events`);
      const heard = ear?.frames.toSorted((a, b) => a.sequence - b.sequence);
      expect(heard).toEqual(events);
      // Its own invitation came before it joined; everything else came in order.
      const sequences = ear?.frames.map(({ sequence }) => sequence) ?? [];
      const rest = member === members[0] ? sequences : sequences.slice(1);
      expect(rest).toEqual([...rest].sort((a, b) => a - b));
    }
  }
  for (const ear of ears.values()) ear.socket.terminate();
}, 120_000);
