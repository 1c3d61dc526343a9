/** What most of the protocol's own tests begin with: agents that are there already, with a fresh socket each. */
import { afterAll, beforeAll } from "vitest";
import type { Agent } from "../session/agent.js";
import { type Listener, listening } from "../session/listener.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { Operator } from "../session/operator.js";

export const CLOSED = "@closed.test";

/** An agent, and what it hears from the start of the test on. */
export interface Actor {
  readonly agent: Agent;
  readonly ear: Listener;
}

/**
 * The stage of one file: one operator for all its tests, as the protocol's own suite has it, so that sessions pile up
 * and sockets come and go. The agents are open, except the one that lets nobody in.
 */
export function stage() {
  let operator: Operator;
  const agents = new Map<string, Agent>();
  beforeAll(async () => {
    operator = await Operator.start();
    for (const handle of [ALICE, BOB, CAROL]) agents.set(handle, await operator.agent(handle));
    agents.set(CLOSED, await operator.agent(CLOSED, "allowlist"));
  });
  afterAll(() => operator.close());

  const agent = (handle: string): Agent => {
    const found = agents.get(handle);
    if (!found) throw new Error(`there is no agent ${handle}`);
    return found;
  };
  const enter = async (handle: string): Promise<Actor> => ({
    agent: agent(handle),
    ear: await listening(agent(handle)),
  });
  /** Alice and Bob, both in a session. */
  const joined = async () => {
    const [alice, bob] = [await enter(ALICE), await enter(BOB)];
    const { session_id: id } = (await alice.agent.create({ invite: [BOB] })).json as { session_id: string };
    await bob.ear.next("invited", id);
    await bob.agent.join(id);
    await alice.ear.next("joined", id);
    return { alice, bob, id };
  };
  return { agent, enter, joined };
}
