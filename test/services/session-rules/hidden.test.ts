/** What nobody may find out: two answers that have to look alike are the same bytes, but for the request's id and the date. */
import { expect, it } from "vitest";
import { sendBytes } from "../raw.js";
import type { Agent } from "../session/agent.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import type { Operator } from "../session/operator.js";
import { blocks, created, scene, sessionOf } from "./scene.js";

const UNKNOWN = "sess_00000000000000000000000000";

/** A whole answer as it came over the wire. */
async function bytes(
  { url }: Operator,
  { token }: Agent,
  method: string,
  path: string,
  body?: object,
): Promise<string> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const type = body === undefined ? "" : "Content-Type: application/json\r\n";
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n${type}`;
  const answer = await sendBytes(url, `${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  return answer.replace(/^(date|x-request-id): .*\r\n/gim, "");
}

/** Handles that Alice cannot reach, each for another reason. */
async function unreachable() {
  const { operator, alice, bob, carol } = await scene();
  await operator.agent("@closed.test", "allowlist");
  await operator.agent("@blocked.test");
  await operator.agent("@both.test", "allowlist");
  const gone = await operator.agent("@gone.test");
  await operator.admin.delete(`/_admin/agents/${gone.handle}`);
  await blocks(bob, alice, operator);
  const block = { handle: "@blocked.test" };
  await operator.admin.post(`/_admin/agents/${ALICE}/blocks`, block);
  await operator.admin.post("/_admin/agents/@both.test/blocks", { handle: ALICE });
  return {
    operator,
    alice,
    carol,
    handles: ["@nobody.test", "@closed.test", BOB, "@blocked.test", "@both.test", "@gone.test"],
  };
}

it("why an agent cannot be reached: a creation is refused in the same words", async () => {
  const { operator, alice, handles } = await unreachable();
  for (const others of [[], [CAROL], ["@nobody.test"]]) {
    const answers = new Set<string>();
    for (const handle of handles)
      answers.add(await bytes(operator, alice, "POST", "/sessions", { invite: [...others, handle] }));
    expect([...answers]).toEqual([expect.stringMatching(/^HTTP\/1\.1 404 /)]);
  }
});

it("why an agent cannot be reached: an invitation leaves it out in the same words", async () => {
  const { operator, alice, handles } = await unreachable();
  const id = await created(alice);
  const answers = new Set<string>();
  for (const handle of handles)
    answers.add(await bytes(operator, alice, "POST", `/sessions/${id}/invite`, { invite: [handle] }));
  expect([...answers]).toEqual([expect.stringMatching(/^HTTP\/1\.1 200 [\s\S]*\{"invited":\[\]\}$/)]);
  expect((await alice.view(id)).json.participants).toHaveLength(1);
});

it("why an agent cannot be reached: reopening leaves it out in the same words", async () => {
  const { operator, alice, handles } = await unreachable();
  const answers = new Set<string>();
  for (const handle of handles) {
    const id = await created(alice);
    await alice.end(id);
    answers.add(await bytes(operator, alice, "POST", `/sessions/${id}/reopen`, { invite: [handle] }));
    expect((await alice.view(id)).json.participants).toHaveLength(1);
    expect(await alice.course(id)).toEqual(["1 ended", "2 reopened"]);
  }
  expect([...answers]).toEqual([expect.stringMatching(/^HTTP\/1\.1 200 /)]);
});

it("why an agent that was in is not back: it looks as if it had left", async () => {
  const { operator, alice, bob, carol } = await scene();
  const views: unknown[] = [];
  for (const shut of [
    () => blocks(bob, alice, operator),
    () => operator.admin.patch(`/_admin/agents/${BOB}`, { policy: "allowlist" }),
  ]) {
    const id = await sessionOf(alice, bob, carol);
    await alice.end(id);
    await shut();
    await alice.reopen(id);
    const { participants } = (await carol.view(id)).json;
    views.push(
      participants.map((one: object) => ({ ...one, joined_at: 0, left_at: 0 })),
      await carol.course(id),
    );
    await operator.admin.delete(`/_admin/agents/${BOB}/blocks/${ALICE}`);
  }
  expect(views.slice(2)).toEqual(views.slice(0, 2));
});

it("whether a session is there: for an outsider it is not, whatever its state and whatever is asked", async () => {
  const { operator, alice, bob, carol } = await scene();
  const active = await sessionOf(alice, bob);
  const ended = await sessionOf(alice, bob);
  await alice.end(ended);
  const empty = await created(alice);
  await alice.leave(empty);
  const bad = { content: "" };
  const requests: [string, string, object?][] = [
    ["GET", ""],
    ["GET", "/events"],
    ["GET", "/events?after_sequence=1&limit=1"],
    ["GET", "/events?limit=0"],
    ["POST", "/join"],
    ["POST", "/join", {}],
    ["POST", "/join", { more: 1 }],
    ["POST", "/invite", { invite: [CAROL] }],
    ["POST", "/invite", { invite: ["bad"] }],
    ["POST", "/messages", { content: "x", idempotency_key: "k" }],
    ["POST", "/messages", bad],
    ["POST", "/leave"],
    ["POST", "/end"],
    ["POST", "/reopen"],
    ["POST", "/reopen", { initial_message: bad }],
    ["DELETE", ""],
    ["OPTIONS", ""],
    ["HEAD", ""],
    ["PUT", "/join"],
  ];
  for (const [method, path, body] of requests) {
    const [first, ...others] = await Promise.all(
      [UNKNOWN, active, ended, empty].map((id) => bytes(operator, carol, method, `/sessions/${id}${path}`, body)),
    );
    for (const other of others) expect(other).toBe(first);
    expect(first).not.toMatch(/^HTTP\/1\.1 (403|409|5)/);
  }
});

it("that it is blocked: the blocked agent hears and reads what it would if it had left", async () => {
  const { operator, alice, bob, carol } = await scene();
  const [left, blocked] = [await sessionOf(alice, bob, carol), await sessionOf(alice, bob, carol)];
  await bob.leave(left);
  await blocks(alice, bob, operator);
  const seen = async (agent: Agent, id: string) => {
    const { events } = (await agent.events(id)).json;
    const bare = ({ type, sequence, payload }: Record<string, unknown>) => ({ type, sequence, payload });
    const { participants } = (await agent.view(id)).json;
    return [events.map(bare), participants.map((one: object) => ({ ...one, joined_at: 0, left_at: 0 }))];
  };
  for (const agent of [bob, carol]) expect(await seen(agent, blocked)).toEqual(await seen(agent, left));
  for (const [method, path, body] of [
    ["POST", "/messages", { content: "x" }],
    ["POST", "/join"],
    ["POST", "/leave"],
    ["POST", "/end"],
  ] as const) {
    const asked = (id: string) => bytes(operator, bob, method, `/sessions/${id}${path}`, body);
    expect(await asked(blocked)).toBe(await asked(left));
  }
});
