import type { Answer } from "../raw.js";
import type { Agent } from "../session/agent.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { type Operator, type OperatorSettings, operator } from "../session/operator.js";

export interface Scene {
  readonly operator: Operator;
  readonly alice: Agent;
  readonly bob: Agent;
  readonly carol: Agent;
}

/** A fresh operator and three agents who are open to everybody. */
export async function scene(settings: OperatorSettings = {}): Promise<Scene> {
  const started = await operator(settings);
  const [alice, bob, carol] = [await started.agent(ALICE), await started.agent(BOB), await started.agent(CAROL)];
  return { operator: started, alice, bob, carol };
}

/** A session of these agents: the first creates it, the others have joined. */
export async function sessionOf(creator: Agent, ...others: readonly Agent[]): Promise<string> {
  const id = await created(creator, { invite: others.map(({ handle }) => handle) });
  for (const other of others) await other.join(id);
  return id;
}

/** The id of a new session. */
export async function created(creator: Agent, body: object = {}): Promise<string> {
  const { status, text, json } = await creator.create(body);
  if (status !== 201) throw new Error(`no session: ${status} ${text}`);
  return json.session_id;
}

/** Status and code of a refusal, `200` and the like of anything else. */
export function verdict({ status, json }: Answer): string {
  return status < 400 ? String(status) : `${status} ${json.error}`;
}

export const blocks = (by: Agent, whom: Agent, { admin }: Operator): Promise<Answer> =>
  admin.post(`/_admin/agents/${by.handle}/blocks`, { handle: whom.handle });
