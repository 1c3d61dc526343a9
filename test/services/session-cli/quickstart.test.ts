/** Two agents, a conversation, a crash and a replay, by the command line alone. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { isAlive, Machine, PATIENCE } from "./machine.js";

// Every command is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const machine = new Machine();
afterAll(() => {
  machine.dispose();
  cleanUp();
});

it("from the first start to the stop, with a crash between", async () => {
  const started = await machine.ok(["network", "start", "--port", "0"]);
  expect(started).toMatch(/^The network "default" is running at http:\/\/127\.0\.0\.1:\d+ \(pid \d+\)\.$/);
  const supervisor = machine.supervisorPid();

  const scout = machine.place("scout");
  const support = machine.place("support");
  expect(await machine.ok(["agent", "register", "@acme.scout"])).toContain(
    "@acme.scout is registered, policy allowlist",
  );
  await machine.ok(["agent", "register", "@nightjar.support"]);
  await machine.ok(["identity", "set", "@acme.scout"], { cwd: scout });
  await machine.ok(["identity", "set", "@nightjar.support"], { cwd: support });

  // Both sides have to permit it, and nobody is told which one does not.
  const create = ["session", "create", "--invite", "@nightjar.support", "--topic", "Order 4711", "--message", "Hello"];
  await machine.ok(["permission", "add", "@acme.scout", "@nightjar.support"]);
  const refused = await machine.call(create, { cwd: scout });
  expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("permission show") });
  await machine.ok(["permission", "add", "@nightjar.support", "@acme.*"]);

  const listening = machine.start(["listen"], { cwd: support });
  await listening.says("Listening as @nightjar.support");
  const session = await machine.ok(create, { cwd: scout });
  expect(session).toMatch(/^sess_[0-9A-Z]+$/);
  await listening.says("session.invited");
  await machine.ok(["session", "join", session], { cwd: support });
  expect(await machine.ok(["session", "send", session, "Good morning"], { cwd: support })).toBe("Sent as #4.");
  await listening.says("Good morning");

  await machine.crash();
  await listening.says("Connected again.");
  await machine.ok(["session", "send", session, "Are you still there?"], { cwd: scout });
  await listening.says("Are you still there?");
  const heard = listening.events().map(({ event_id, sequence }) => [event_id, sequence]);
  listening.process.kill("SIGINT");
  expect(await listening.ended).toBe(0);

  await machine.ok(["session", "end", session], { cwd: scout });
  const told = await machine.ok(["session", "events", session], { cwd: scout });
  for (const part of [
    "#1 @acme.scout invites @nightjar.support, topic: Order 4711",
    "#2 @acme.scout: Hello",
    "#3 @nightjar.support has joined",
    "#4 @nightjar.support: Good morning",
    "@acme.scout: Are you still there?",
    "@acme.scout has ended the session",
  ]) {
    expect(told).toContain(part);
  }
  // What was heard live is what is kept: each event once, in order, over the crash.
  const { events } = await machine.json<{ events: { event_id: string; sequence: number }[] }>(
    ["session", "events", session],
    { cwd: support },
  );
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  expect(heard).toEqual(events.slice(0, heard.length).map(({ event_id, sequence }) => [event_id, sequence]));

  await machine.ok(["session", "reopen", session, "--message", "One more thing"], { cwd: scout });
  expect(await machine.ok(["session", "show", session], { cwd: support })).toMatch(
    /is active, topic: Order 4711\n.*\n {2}@acme\.scout: joined\n {2}@nightjar\.support: invited/,
  );

  expect(await machine.ok(["network", "stop"])).toBe('The network "default" is stopped.');
  await expect.poll(() => isAlive(supervisor), PATIENCE).toBe(false);
  for (const file of ["admin.token", "operator.pid", "network.json"]) {
    expect(existsSync(machine.path("networks", "default", file))).toBe(false);
  }
  expect(JSON.parse(machine.read("networks.json"))).toEqual({ version: 1, networks: {} });

  // Everything is still there at the next start, and so are the tokens.
  await machine.ok(["network", "start", "--port", "0"]);
  expect(await machine.ok(["session", "events", session], { cwd: scout })).toContain("One more thing");
  await machine.ok(["network", "stop"]);
});

it("what is kept can be read by this user alone", async () => {
  await machine.ok(["network", "start", "-n", "private", "--port", "0"]);
  await machine.ok(["agent", "register", "@acme.scout", "-n", "private"]);
  const mode = (...parts: string[]) => (statSync(machine.path(...parts)).mode & 0o777).toString(8);
  expect(mode()).toBe("700");
  expect(mode("networks.json")).toBe("600");
  const files = ["admin.token", "network.json", "session.db", "operator.pid", join("logs", "server.log")];
  for (const file of [...files, join("credentials", "acme.scout.token")]) {
    expect([file, mode("networks", "private", file)]).toEqual([file, "600"]);
  }
  await machine.ok(["network", "stop", "private"]);
});
