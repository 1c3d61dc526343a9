/** Agents, permissions and whole networks by the command line of their administrator. */
import { existsSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { Machine } from "./machine.js";

// Every command is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const machine = new Machine();
/** A folder from which an agent acts that is open to everybody, as another is. */
let alice: string;

beforeAll(async () => {
  await machine.up();
  [alice = ""] = await machine.agents("alice", "bob");
});
afterAll(() => {
  machine.dispose();
  cleanUp();
});

const credential = (name: string) => machine.read("networks", "default", "credentials", `${name}.token`).trim();

describe("agent", () => {
  it("register shows the token once and keeps it; list and show do not have it", async () => {
    const agent = await machine.json(["agent", "register", "@acme.one"]);
    expect(agent).toEqual({ handle: "@acme.one", token: expect.any(String), policy: "allowlist", allowlist: [] });
    expect(credential("acme.one")).toBe(agent["token"]);
    const { token: _, ...shown } = agent;
    expect(await machine.json(["agent", "show", "@acme.one"])).toEqual(shown);
    expect(await machine.json(["agent", "list"])).toEqual({ agents: expect.arrayContaining([shown]) });
    expect(await machine.ok(["agent", "list"])).toMatch(/^agent +policy +allowlist\n@acme.one +allowlist/);
    const taken = await machine.failure(["agent", "register", "@acme.one"]);
    expect(taken).toMatchObject({ code: 1, error: "agent_exists", status: 409 });
  });

  it("rotate-token keeps the new one, and the old one is no longer good", async () => {
    const [folder] = await machine.agents("rotating");
    const old = credential("rotating.test");
    const { token } = await machine.json(["agent", "rotate-token", "@rotating.test"]);
    expect(token).not.toBe(old);
    expect(credential("rotating.test")).toBe(token);
    expect(await machine.json(["session", "list"], { cwd: String(folder) })).toEqual({ sessions: [] });
    const given = await machine.failure(["session", "list", "--token", old], { cwd: String(folder) });
    expect(given).toMatchObject({ code: 1, error: "invalid_authorization", status: 401 });
    // As after a token that was changed from another machine.
    writeFileSync(machine.path("networks", "default", "credentials", "rotating.test.token"), old);
    const refused = await machine.failure(["session", "list"], { cwd: String(folder) });
    expect(refused).toMatchObject({ code: 1, error: "invalid_authorization", status: 401 });
    expect(refused.detail).toContain("does not take the token of @rotating.test");
    expect(refused.advice).toContain("agentwire agent rotate-token @rotating.test");
  });

  it("set-policy and rm", async () => {
    await machine.ok(["agent", "register", "@acme.two"]);
    const open = await machine.json(["agent", "set-policy", "@acme.two", "open"]);
    expect(open).toEqual({ handle: "@acme.two", policy: "open", allowlist: [] });
    expect(await machine.ok(["agent", "rm", "@acme.two"])).toBe("@acme.two is removed.");
    expect(existsSync(machine.path("networks", "default", "credentials", "acme.two.token"))).toBe(false);
    expect(await machine.failure(["agent", "show", "@acme.two"])).toMatchObject({
      code: 1,
      error: "not_found",
      status: 404,
    });
  });
});

it("a handle that no file could be named after is refused before anybody has it", async () => {
  const { code, detail } = await machine.failure(["agent", "register", `@acme.${"x".repeat(300)}`]);
  expect({ code, detail }).toEqual({ code: 2, detail: "a handle has 200 characters at most" });
});

describe("permission", () => {
  it("adds, shows and removes", async () => {
    await machine.ok(["agent", "register", "@acme.three"]);
    const added = await machine.json(["permission", "add", "@acme.three", "@b.x", "@a.*"]);
    expect(added).toEqual({ handle: "@acme.three", policy: "allowlist", allowlist: ["@a.*", "@b.x"] });
    await machine.ok(["permission", "remove", "@acme.three", "@a.*"]);
    const shown = await machine.json(["permission", "show", "@acme.three"]);
    expect(shown).toEqual({ handle: "@acme.three", allowlist: ["@b.x"] });
    expect(await machine.ok(["permission", "show", "@acme.three"])).toContain("allowlist: @b.x");
  });

  it("blocks, lists and unblocks", async () => {
    const made = await machine.json(["permission", "block", "@bob.test", "@alice.test"]);
    expect(made).toEqual({ blocked_handle: "@alice.test", created_at: expect.any(Number) });
    expect(await machine.json(["permission", "blocks", "@bob.test"])).toEqual({ blocks: [made] });
    expect(await machine.ok(["permission", "blocks", "@bob.test"])).toContain("@alice.test");
    const refused = await machine.failure(["session", "create", "--invite", "@bob.test"], { cwd: alice });
    expect(refused).toMatchObject({ code: 1, error: "not_found", advice: expect.stringContaining("permission show") });
    await machine.ok(["permission", "unblock", "@bob.test", "@alice.test"]);
    await machine.ok(["session", "create", "--invite", "@bob.test"], { cwd: alice });
  });
});

it("seed makes agents to try things with, and reset forgets everything", async () => {
  await machine.up("-n", "seeded");
  const seeded = await machine.json(["network", "seed", "-n", "seeded", "--count", "2", "--prefix", "try"]);
  expect(seeded).toEqual({
    registered: [1, 2].map((number) => ({ handle: `@try-${number}.bot`, token: expect.any(String) })),
    skipped: [],
  });
  expect(await machine.json(["network", "seed", "-n", "seeded", "--count", "1", "--prefix", "try"])).toEqual({
    registered: [],
    skipped: ["@try-1.bot"],
  });
  await machine.ok(["session", "create", "-n", "seeded", "--as", "@try-1.bot", "--invite", "@try-2.bot"]);
  for (const args of [
    ["--count", "101"],
    ["--count", "0"],
    ["--prefix", "Ä"],
  ]) {
    expect(await machine.failure(["network", "seed", "-n", "seeded", ...args])).toMatchObject({ code: 2 });
  }
  const refused = await machine.failure(["network", "reset", "-n", "seeded"]);
  expect(refused).toMatchObject({ code: 2, error: "usage", detail: expect.stringContaining("--yes") });
  await machine.ok(["network", "reset", "-n", "seeded", "--yes"]);
  expect(await machine.json(["agent", "list", "-n", "seeded"])).toEqual({ agents: [] });
  expect(existsSync(machine.path("networks", "seeded", "credentials"))).toBe(false);
});
