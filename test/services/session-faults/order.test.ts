/** What a restart must not change. */
import { afterAll, expect, it } from "vitest";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import { ALICE, BOB, CAROL } from "../session/network.js";
import { operator } from "../session/operator.js";

afterAll(cleanUp);

it("the order of participants, also where one was removed and invited again under the same handle", async () => {
  const started = await operator({ dataFolder: temporaryFolder() });
  const [alice] = [await started.agent(ALICE), await started.agent(BOB), await started.agent(CAROL)];
  const { session_id: id } = (await alice.create({ invite: [BOB, CAROL] })).json;
  await started.restart();
  await started.admin.delete(`/_admin/agents/${BOB}`);
  await started.agent(BOB);
  await alice.invite(id, BOB);
  const before = (await alice.view(id)).json;
  await started.restart();
  expect((await alice.view(id)).json).toEqual(before);
});

it("the order of participants, also where several were invited at the same moment", async () => {
  const started = await operator({ dataFolder: temporaryFolder() });
  const [alice] = [await started.agent(ALICE), await started.agent(BOB), await started.agent(CAROL)];
  const { session_id: id } = (await alice.create({})).json;
  await Promise.all([alice.invite(id, CAROL), alice.invite(id, BOB)]);
  await alice.end(id);
  await alice.reopen(id);
  const before = (await alice.view(id)).json;
  await started.restart();
  expect((await alice.view(id)).json).toEqual(before);
});

it("the order of participants, also where an invitee reopened what was sent and ended", async () => {
  const started = await operator({ dataFolder: temporaryFolder() });
  const [alice, bob] = [await started.agent(ALICE), await started.agent(BOB), await started.agent(CAROL)];
  const dave = await started.agent("@dave.test");
  const body = { invite: [BOB, CAROL], initial_message: { content: "x" }, end_after_send: true };
  const { session_id: id } = (await alice.create(body)).json;
  await bob.reopen(id, { invite: [dave.handle] });
  const before = (await bob.view(id)).json;
  await started.restart();
  expect((await bob.view(id)).json).toEqual(before);
});
