/**
 * Several agents at one session at the same moment. What comes of it is not known before, but the log of one who was in
 * all the time says what everybody else must have seen, and every answer must be in it.
 */
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import type { Answer } from "../raw.js";
import type { Agent } from "../session/agent.js";
import type { Frame } from "../session/listener.js";
import { Operator } from "../session/operator.js";

afterAll(cleanUp);

const HANDLES = ["@a.one", "@b.one", "@c.one", "@d.one"];
const ACTS = ["join", "join", "send", "send", "repeat", "leave", "invite", "end"] as const;
const WATCHER = "@w.watch";
const WATCHER_ACTS = ["invite", "invite", "send", "reopen", "end"] as const;

type Act = (typeof ACTS)[number] | (typeof WATCHER_ACTS)[number];

/** What each agent does, one after the other; the agents do it at the same time. */
const scripts = fc.tuple(
  fc.array(fc.constantFrom(...WATCHER_ACTS), { minLength: 10, maxLength: 20 }),
  fc.array(fc.array(fc.constantFrom(...ACTS), { minLength: 15, maxLength: 25 }), { minLength: 4, maxLength: 4 }),
);

/** What was answered to a message. */
interface Sent {
  readonly sender: string;
  readonly content: string;
  readonly answer: Answer;
}

async function play(agent: Agent, id: string, acts: readonly Act[], sent: Sent[]): Promise<void> {
  for (const [at, act] of acts.entries()) {
    const content = act === "repeat" ? "again and again" : `${agent.handle} ${at}`;
    const others = HANDLES.filter((handle) => handle !== agent.handle);
    const key = act === "repeat" ? { idempotency_key: "k" } : {};
    const does = {
      join: () => agent.join(id),
      leave: () => agent.leave(id),
      invite: () => agent.invite(id, ...others),
      end: () => agent.end(id),
      reopen: () => agent.reopen(id),
      send: () => agent.send(id, content),
      repeat: () => agent.send(id, content, key),
    };
    const answer = await does[act]();
    expect([200, 201, 403, 404, 409]).toContain(answer.status);
    if (answer.status === 201) sent.push({ sender: agent.handle, content, answer });
  }
}

/** What an agent may see of a log, and its standing in the end, by walking along it. All are open to everybody. */
function walk(log: readonly Frame[], handle: string): { readonly sees: Frame[]; readonly status: string | undefined } {
  let status: string | undefined;
  let sees: Frame[] = [];
  for (const [at, event] of log.entries()) {
    const { type, payload } = event;
    if (type === "session.joined" && payload["agent"] === handle) {
      status = "joined";
      sees = log.slice(0, at);
    }
    const isInvited = type === "session.invited" && payload["invitee"] === handle;
    if (status === "joined" || isInvited || (type === "session.ended" && status === "invited")) sees.push(event);
    if (isInvited) status = "invited";
    if (type === "session.left" && payload["agent"] === handle) status = "left";
    // The invitations that follow are for all who were in.
    if (type === "session.reopened" && status !== undefined) status = "invited";
  }
  return { sees, status };
}

it("everything that was answered happened once, in one order, and everybody saw what was theirs", async () => {
  const storm = async ([watching, scripts]: [readonly Act[], readonly (readonly Act[])[]]): Promise<void> => {
    const operator = await Operator.start({ dataFolder: temporaryFolder(), graceMs: 3_600_000 });
    try {
      const watcher = await operator.agent(WATCHER);
      const agents = await Promise.all(HANDLES.map((handle) => operator.agent(handle)));
      const ears = await Promise.all(agents.map((agent) => agent.listen()));
      const id: string = (await watcher.create({ invite: HANDLES.slice(0, 3) })).json.session_id;
      const sent: Sent[] = [];
      await Promise.all([
        play(watcher, id, watching, sent),
        ...agents.map((agent, at) => play(agent, id, scripts[at] ?? [], sent)),
      ]);

      const log: Frame[] = (await watcher.events(id)).json.events;
      expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_, at) => at + 1));
      const said = log.flatMap(({ type, payload }) => (type === "session.message" ? [payload] : []));
      const answers = new Map(
        sent.map(({ sender, content, answer }) => [answer.json.message_id, { sender, content, ...answer.json }]),
      );
      expect(said.map(({ sender, content, id, sequence }) => ({ sender, content, message_id: id, sequence }))).toEqual(
        [...answers.values()].sort((a, b) => a.sequence - b.sequence),
      );
      for (const [at, agent] of agents.entries()) {
        const { sees, status } = walk(log, agent.handle);
        const answer = await agent.events(id);
        expect(answer.status).toBe(status === undefined ? 404 : 200);
        if (status === undefined) continue;
        expect(answer.json.events).toEqual(sees);
        expect(await agent.standing(id)).toBe(status);
        const ear = ears[at];
        await ear?.until(() => ear.frames.length >= sees.length, `${sees.length} events`);
        await ear?.quiet(20);
        expect(ear?.frames.toSorted((a, b) => a.sequence - b.sequence)).toEqual(sees);
      }
      for (const ear of ears) ear.socket.terminate();
    } finally {
      await operator.close();
    }
  };
  await fc.assert(fc.asyncProperty(scripts, storm), { numRuns: 12, interruptAfterTimeLimit: 60_000 });
}, 120_000);
