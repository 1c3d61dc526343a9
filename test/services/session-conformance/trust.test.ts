/** Who reaches whom, item by item of the protocol's own suite. */
import { expect, it } from "vitest";
import { ALICE } from "../session/network.js";
import { CLOSED, stage } from "./scene.js";

const { agent, enter, joined } = stage();

it("test_invite_to_nonexistent_handle_returns_404", async () => {
  expect((await agent(ALICE).create({ invite: ["@does-not-exist.nobody"] })).status).toBe(404);
});

it("test_allowlist_denial_returns_404", async () => {
  expect((await agent(ALICE).create({ invite: [CLOSED] })).status).toBe(404);
});

it("test_creator_allowlist_must_include_invitee_returns_404", async () => {
  const closed = await enter(CLOSED);
  expect((await closed.agent.create({ invite: [ALICE] })).status).toBe(404);
});

it("test_message_carries_authenticated_sender", async () => {
  const { alice, bob, id } = await joined();
  await alice.agent.send(id, "who am I?");
  expect((await bob.ear.next("message", id)).payload["sender"]).toBe(ALICE);
});
