/** Networks in the background and in the foreground: start, status, logs, stop. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bin, cleanUp } from "../../generator/tool.js";
import { isAlive, isUp, Machine, PATIENCE, type Status } from "./machine.js";

// Every command is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.dispose());
afterAll(cleanUp);

describe("a network that runs", () => {
  it("is shown with its place and its time, as a table and as JSON", async () => {
    const before = Date.now();
    const { url, port, pid } = await machine.up();
    const { networks } = await machine.json<Status>(["network", "status"]);
    expect(networks).toEqual([
      {
        name: "default",
        state: "running",
        host: "127.0.0.1",
        port,
        pid,
        startedAt: expect.any(Number),
        uptimeMs: expect.any(Number),
        version: expect.any(String),
        restarts: 0,
      },
    ]);
    expect(networks[0]?.startedAt).toBeGreaterThanOrEqual(before);
    expect(await machine.ok(["network", "status", "default"])).toMatch(/^network .*\ndefault +running +http:/);
    expect(await machine.ok(["network", "status"])).toContain(url);
    expect(await machine.failure(["network", "status", "other"])).toMatchObject({
      code: 1,
      error: "network_not_running",
    });
  });

  it("outlives the process group that started it", async () => {
    const shell = spawn(process.execPath, [bin, "network", "start", "--port", "0"], {
      env: { ...process.env, NO_COLOR: "1", AGENTWIRE_STATE_DIR: machine.state },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    await once(shell.stdout, "data");
    // As the terminal does when it is closed.
    try {
      process.kill(-Number(shell.pid), "SIGHUP");
    } catch {
      // It has ended by itself.
    }
    const { networks } = await machine.json<Status>(["network", "status", "default"]);
    expect(networks[0]?.state).toBe("running");
    expect(await isUp(`http://127.0.0.1:${networks[0]?.port}`)).toBe(true);
  });

  it("is not left behind by a start that is interrupted, whenever that is", async () => {
    for (const wait of [250, 350, 450, 550]) {
      const starting = machine.start(["network", "start", "--port", "0"]);
      await delay(wait);
      starting.process.kill("SIGINT");
      await starting.ended;
      // It may have been quicker; a supervisor that nobody knows of would be in the way of both answers.
      await expect
        .poll(async () => (await machine.call(["network", "stop"])).stdout, PATIENCE)
        .toMatch(/is stopped|is not running/);
      expect(await machine.ok(["network", "status"])).toBe("No network is running.");
    }
  });

  it("is not started a second time, and says where it is", async () => {
    const { url } = await machine.up();
    const { code, error, detail } = await machine.failure(["network", "start"]);
    expect({ code, error }).toEqual({ code: 1, error: "already_running" });
    expect(detail).toContain(url);
  });

  it("is one network when two ask for it at once, again and again", async () => {
    for (const _ of [1, 2, 3]) {
      const start = ["network", "start", "--port", "0", "--json"];
      const all = await Promise.all([0, 1, 2].map(() => machine.call(start)));
      expect(all.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
      for (const { code, stderr } of all) {
        if (code !== 0) expect(JSON.parse(stderr)).toMatchObject({ error: "already_running" });
      }
      const { networks } = await machine.json<Status>(["network", "status"]);
      expect(networks).toHaveLength(1);
      expect(await machine.ok(["network", "stop"])).toContain("is stopped");
    }
  });

  it("lives beside others, which are registered at once and stop together", async () => {
    const names = ["one", "two", "three"];
    await Promise.all(names.map((name) => machine.up("-n", name)));
    const { networks } = await machine.json<Status>(["network", "status"]);
    expect(networks.map(({ name, state }) => [name, state])).toEqual(
      [...names].sort().map((name) => [name, "running"]),
    );
    expect(new Set(networks.map(({ port }) => port)).size).toBe(3);
    const stopped = await machine.json(["network", "stop", "--all"]);
    const results = [...names].sort().map((name) => ({ name, outcome: { kind: "stopped" } }));
    expect(stopped).toEqual({ results, errors: [] });
    for (const { pid } of networks) await expect.poll(() => isAlive(pid), PATIENCE).toBe(false);
    expect(await machine.ok(["network", "stop", "--all"])).toBe("No network is running.");
  });

  it("on every address of this machine is called on the one of loopback", async () => {
    const { url, port } = await machine.up("--host", "0.0.0.0");
    expect(url).toBe(`http://127.0.0.1:${port}`);
    await machine.ok(["agent", "list"]);
  });

  it("is found when the registry was removed", async () => {
    const { url } = await machine.up();
    rmSync(machine.path("networks.json"));
    expect(await machine.ok(["network", "status", "default"])).toContain(url);
    await machine.ok(["agent", "list"]);
    expect(await machine.ok(["network", "stop"])).toContain("is stopped");
    expect(await isUp(url)).toBe(false);
  });
});

describe("stop", () => {
  it("says when a network does not end in time, and kills it with --force", async () => {
    const { pid, url } = await machine.up();
    const operator = machine.operatorPid();
    process.kill(pid, "SIGSTOP");
    const late = await machine.call(["network", "stop", "--timeout", "1"]);
    expect(late).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("has not stopped within 1 s; --force kills it"),
    });
    const forced = await machine.json(["network", "stop", "--timeout", "1", "--force"]);
    expect(forced).toMatchObject({ results: [{ outcome: { kind: "force-killed" } }], errors: [] });
    await expect.poll(() => isAlive(operator), PATIENCE).toBe(false);
    expect(await isUp(url)).toBe(false);
    expect(await machine.ok(["network", "status"])).toBe("No network is running.");
  });

  it("takes a name or all, not both", async () => {
    expect(await machine.failure(["network", "stop", "dev", "--all"])).toMatchObject({ code: 2, error: "usage" });
  });
});

describe("in the foreground", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("it shows its log until %s, and ends with 0", async (signal) => {
    const running = machine.start(["network", "start", "-f", "--port", "0"]);
    await running.says(/The network "default" is running at /);
    const { networks } = await machine.json<Status>(["network", "status", "default"]);
    expect(networks[0]).toMatchObject({ state: "running", pid: running.process.pid });
    expect(running.text.stderr).toMatch(/info {2}listening host=127\.0\.0\.1/);
    running.process.kill(signal);
    expect(await running.ended).toBe(0);
    expect(await machine.ok(["network", "status"])).toBe("No network is running.");
  });

  it("it is supervised as well, and stop ends it", async () => {
    const running = machine.start(["network", "start", "-f", "--port", "0", "--json"]);
    await running.says(/"url"/);
    await machine.crash();
    await machine.ok(["agent", "list"]);
    expect(await machine.ok(["network", "stop"])).toContain("is stopped");
    expect(await running.ended).toBe(0);
    const lines = running.text.stderr.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain("the operator is up again");
  });
});

describe("logs", () => {
  it("shows the last lines for people or as they are, and follows what comes until Ctrl-C", async () => {
    expect(await machine.failure(["network", "logs"])).toMatchObject({ code: 1, error: "no_log" });
    await machine.up();
    await machine.ok(["agent", "register", "@acme.scout"]);
    expect(await machine.ok(["network", "logs", "-n", "1"])).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d info {2}answered .*operation=createAgent .*status=201/,
    );
    const raw = await machine.ok(["network", "logs", "--json"]);
    for (const line of raw.split("\n")) expect(JSON.parse(line)).toMatchObject({ level: 30 });
    const following = machine.start(["network", "logs", "-f", "-n", "0"]);
    // It may not have opened the file yet, so more than one thing happens.
    await expect
      .poll(async () => {
        await machine.ok(["agent", "list"]);
        return following.text.stdout;
      }, PATIENCE)
      .toContain("operation=listAgents");
    expect(following.text.stdout).not.toContain("createAgent");
    following.process.kill("SIGINT");
    expect(await following.ended).toBe(0);
    // No token is in it.
    expect(raw).not.toContain(machine.read("networks", "default", "admin.token"));
    expect(raw).not.toContain(machine.read("networks", "default", "credentials", "acme.scout.token").trim());
  });
});
