/** Keys that make a repeated request the same request. */
import { describe, expect, it } from "vitest";
import { listening } from "../session/listener.js";
import { BOB } from "../session/network.js";
import { blocks, created, scene, sessionOf, verdict } from "./scene.js";

const key = { idempotency_key: "k" };

describe("of messages", () => {
  it("same key: 201 again, same message_id and sequence, no second event", async () => {
    const { alice, bob } = await scene();
    const ear = await listening(alice);
    const id = await sessionOf(alice, bob);
    const answers = [];
    for (let count = 0; count < 3; count += 1) answers.push(await alice.send(id, "x", key));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    await alice.send(id, "after");
    expect(await ear.course(id, 4)).toEqual(["1 invited", "2 joined", "3 message", "4 message"]);
    expect(ear.of(id)[2]?.payload).toMatchObject({ idempotency_key: "k" });
  });

  it("same key at the same moment: one message", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    const answers = await Promise.all(Array.from({ length: 20 }, () => alice.send(id, "x", key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await alice.course(id)).toEqual(["1 message"]);
  });

  it("different body with the same key: the first message stands, nothing is said of the second", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    const first = await alice.send(id, "one", key);
    expect((await alice.send(id, [{ type: "text", text: "two" }], { ...key, metadata: {} })).json).toEqual(first.json);
    expect((await alice.events(id)).json.events[0].payload.content).toBe("one");
    expect(verdict(await alice.send(id, "", key))).toBe("400 invalid_body");
  });

  it("scope: session, sender and key", async () => {
    const { alice, bob } = await scene();
    const [one, two] = [await sessionOf(alice, bob), await sessionOf(alice, bob)];
    const answers = [
      await alice.send(one, "x", key),
      await bob.send(one, "x", key),
      await alice.send(two, "x", key),
      await alice.send(one, "x", { idempotency_key: "K" }),
      await alice.send(one, "x"),
    ];
    expect(new Set(answers.map(({ json }) => json.message_id)).size).toBe(answers.length);
  });

  it("kept forever: over leaving, coming back, ending and reopening", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    const first = await bob.send(id, "x", key);
    await bob.leave(id);
    await alice.invite(id, BOB);
    await bob.join(id);
    expect((await bob.send(id, "y", key)).json).toEqual(first.json);
    await alice.end(id);
    await alice.reopen(id);
    await bob.join(id);
    expect((await bob.send(id, "z", key)).json).toEqual(first.json);
  });

  it("membership and the session's end come before the key", async () => {
    const { alice, bob } = await scene();
    const id = await sessionOf(alice, bob);
    await bob.send(id, "x", key);
    await bob.leave(id);
    expect(verdict(await bob.send(id, "x", key))).toBe("403 not_joined");
    await alice.send(id, "x", key);
    await alice.end(id);
    expect(verdict(await alice.send(id, "x", key))).toBe("409 session_ended");
  });

  it("keys that look like something else are keys", async () => {
    const { alice } = await scene();
    const id = await created(alice);
    const ids = new Set<string>();
    for (const idempotency_key of [
      "__proto__",
      "constructor",
      "toString",
      " ",
      "k",
      "k ",
      "K",
      "\u0000",
      "é",
      "e\u0301",
    ]) {
      const first = (await alice.send(id, "x", { idempotency_key })).json;
      expect((await alice.send(id, "x", { idempotency_key })).json).toEqual(first);
      ids.add(first.message_id);
    }
    expect(ids.size).toBe(10);
  });
});

describe("of creations", () => {
  it("same key: 201 again, same session, nothing happens a second time", async () => {
    const { alice, bob } = await scene();
    const ear = await listening(bob);
    const body = { invite: [BOB], initial_message: { content: "x" }, ...key };
    const first = await alice.create(body);
    const again = await alice.create({ ...key, topic: "another", invite: ["@nobody.test"] });
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    await ear.quiet();
    expect(ear.frames).toHaveLength(1);
    expect((await alice.get("/sessions")).json.sessions).toHaveLength(1);
  });

  it("same key at the same moment: one session", async () => {
    const { alice } = await scene();
    const answers = await Promise.all(Array.from({ length: 20 }, () => alice.create(key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await alice.get("/sessions")).json.sessions).toHaveLength(1);
  });

  it("scope: caller and key", async () => {
    const { alice, bob } = await scene();
    const answers = [await alice.create(key), await bob.create(key), await alice.create({ idempotency_key: "l" })];
    expect(new Set(answers.map(({ json }) => json.session_id)).size).toBe(3);
  });

  it("a creation that was refused uses up no key", async () => {
    const { alice, bob, operator } = await scene();
    await blocks(bob, alice, operator);
    expect(verdict(await alice.create({ invite: [BOB], ...key }))).toBe("404 not_found");
    expect(verdict(await alice.create(key))).toBe("201");
  });

  it("keys of messages and of creations have nothing to do with each other", async () => {
    const { alice } = await scene();
    const id = (await alice.create(key)).json.session_id;
    expect((await alice.send(id, "x", key)).json).toMatchObject({ sequence: 1 });
  });
});
