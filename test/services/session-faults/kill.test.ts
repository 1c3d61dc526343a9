/** The operator, killed again and again while agents talk: what was acknowledged is there, once, in order. */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import type { Agent } from "../session/agent.js";
import type { Frame, Listener } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { OperatorProcess } from "./process.js";

afterAll(cleanUp);

const KILLS = Number(process.env["AGENTWIRE_KILLS"] ?? 12);
const SENDERS = 6;
const HANDLES = [ALICE, BOB, CAROL];

/** A message that was asked for, and what the operator said of it before it died, if it did. */
interface Sent {
  readonly sender: string;
  readonly content: string;
  readonly key: string;
  accepted?: { readonly message_id: string; readonly sequence: number };
}

/** Sends one message after another until the operator is gone. */
async function talk(agent: Agent, id: string, name: string, sent: Sent[]): Promise<void> {
  for (let count = 0; ; count += 1) {
    const content = `${name} ${count}`;
    const message: Sent = { sender: agent.handle, content, key: content };
    sent.push(message);
    const answer = await agent.send(id, content, { idempotency_key: message.key }).catch(() => undefined);
    if (!answer) return;
    expect(answer.status).toBe(201);
    message.accepted = answer.json;
  }
}

/** All events of a session, page by page. */
async function listOf(agent: Agent, id: string): Promise<Frame[]> {
  const events: Frame[] = [];
  let cursor: string | undefined = "0";
  while (cursor !== undefined) {
    const page: { events: Frame[]; next_cursor?: string } = (await agent.events(id, `?after_sequence=${cursor}`)).json;
    events.push(...page.events);
    cursor = page.next_cursor;
  }
  return events;
}

/** Takes what one connection heard: in order, and without a gap to what came before. */
function hear(heard: Map<number, string>, { frames }: Listener): void {
  for (const [at, frame] of frames.entries()) {
    const before = at === 0 ? Math.min(heard.size, frame.sequence - 1) : (frames[at - 1]?.sequence ?? 0);
    expect(frame.sequence).toBe(before + 1);
    const text = JSON.stringify(frame);
    expect(heard.get(frame.sequence) ?? text).toBe(text);
    heard.set(frame.sequence, text);
  }
}

it(`${KILLS} times kill -9 at random moments under load`, async () => {
  const path = join(temporaryFolder(), "session.db");
  let operator = await OperatorProcess.start({ path, graceMs: 3_600_000 });
  onTestFinished(() => operator.kill());
  const tokens: string[] = [];
  for (const handle of HANDLES) tokens.push(await operator.register(handle));
  const agents = () => HANDLES.map((handle, at) => operator.agent(handle, String(tokens[at])));
  const [alice, ...others] = agents();
  const { session_id: id } = (await alice?.create({ invite: [BOB, CAROL] }))?.json ?? {};
  for (const other of others) await other.join(id);

  const sent: Sent[] = [];
  const heard = HANDLES.map(() => new Map<number, string>());
  for (let kill = 0; kill < KILLS; kill += 1) {
    const ears = await Promise.all(agents().map((agent) => agent.listen()));
    const talking = Array.from({ length: SENDERS }, (_, at) => {
      const sender = agents()[at % HANDLES.length];
      return sender && talk(sender, id, `${kill} ${at}`, sent);
    });
    await wait(50 + Math.random() * 250);
    await operator.kill();
    await Promise.all([...talking, ...ears.map(({ closed }) => closed)]);
    for (const [at, ear] of ears.entries()) hear(heard[at] ?? new Map(), ear);
    operator = await OperatorProcess.start({ path, graceMs: 3_600_000 });
  }

  // What was asked for and not answered may be there or not; asked for again, it is there once.
  const unanswered = sent.filter(({ accepted }) => !accepted);
  for (const message of unanswered) {
    const sender = agents().find(({ handle }) => handle === message.sender);
    message.accepted = (await sender?.send(id, message.content, { idempotency_key: message.key }))?.json;
  }
  const lists = await Promise.all(agents().map((agent) => listOf(agent, id)));
  const [events = []] = lists;
  for (const list of lists) expect(list).toEqual(events);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
  const messages = events.filter(({ type }) => type === "session.message");
  const kept = messages.map(({ sequence, payload }) => [
    payload["content"],
    payload["sender"],
    payload["id"],
    sequence,
  ]);
  const wanted = sent.map(({ content, sender, accepted }) => [
    content,
    sender,
    accepted?.message_id,
    accepted?.sequence,
  ]);
  expect(kept.length).toBe(sent.length);
  expect(kept).toEqual(wanted.sort((a, b) => Number(a[3]) - Number(b[3])));

  const ears = await Promise.all(agents().map((agent) => agent.listen()));
  for (const [at, ear] of ears.entries()) {
    await ear.until(() => ear.frames.at(-1)?.sequence === events.length, "the last event");
    const mine = heard[at] ?? new Map<number, string>();
    hear(mine, ear);
    expect([...mine.keys()].sort((a, b) => a - b)).toEqual(events.map(({ sequence }) => sequence));
    for (const event of events) expect(mine.get(event.sequence)).toBe(JSON.stringify(event));
  }
  for (const ear of ears) ear.socket.terminate();
}, 240_000);
