/** Operators that die, supervisors that die, and starts that cannot be. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { attempt, isAlive, isUp, Machine, occupy, PATIENCE, type Status } from "./machine.js";

// Every command is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.dispose());
afterAll(cleanUp);

describe("an operator that dies", () => {
  it("is up again on the same port with the same tokens, as often as it dies", async () => {
    const { url, port } = await machine.up();
    await machine.ok(["agent", "register", "@acme.scout"]);
    const token = machine.read("networks", "default", "admin.token");
    for (const crashes of [1, 2, 3]) {
      await machine.crash();
      await expect.poll(() => isUp(url), PATIENCE).toBe(true);
      const { networks } = await machine.json<Status>(["network", "status", "default"]);
      expect(networks[0]).toMatchObject({ state: "running", port, restarts: crashes });
      expect(networks[0]?.reason).toContain("SIGKILL");
    }
    expect(machine.read("networks", "default", "admin.token")).toBe(token);
    expect(await machine.ok(["agent", "list"])).toContain("@acme.scout");
    expect(await machine.ok(["network", "logs"])).toContain(
      "warn  the operator is down: its process was ended by SIGKILL",
    );
  });

  it("is given up when it cannot start again; status and log say why, and the network can be started anew", async () => {
    const { port } = await machine.up();
    const supervisor = machine.supervisorPid();
    let occupied: Server | undefined;
    while (!occupied) {
      // The next operator may be quicker than this test, and then has to die as well.
      attempt(() => process.kill(machine.operatorPid(), "SIGKILL"));
      occupied = await occupy(port).catch(() => undefined);
    }
    await expect
      .poll(async () => (await machine.call(["network", "status", "default"])).stdout, {
        timeout: 60_000,
        interval: 500,
      })
      .toMatch(/default +stale[\s\S]*port \d+ on 127\.0\.0\.1 is in use/);
    await expect.poll(() => isAlive(supervisor), PATIENCE).toBe(false);
    expect(await machine.ok(["network", "logs"])).toMatch(/error the operator is given up: it cannot start: port \d+/);
    expect(existsSync(machine.path("networks", "default", "admin.token"))).toBe(false);
    occupied.close();
    await machine.up("--port", String(port));
    expect(await machine.ok(["network", "status", "default"])).toMatch(/running .* 0$/m);
  });

  it("goes with its supervisor; what is left is stale, and is cleaned up by stop or by the next start", async () => {
    for (const next of ["stop", "start"]) {
      const { url, pid } = await machine.up();
      const operator = machine.operatorPid();
      process.kill(pid, "SIGKILL");
      await expect.poll(() => isAlive(operator), PATIENCE).toBe(false);
      expect(await isUp(url)).toBe(false);
      const status = await machine.call(["network", "status", "default"]);
      expect(status).toMatchObject({ code: 1, stdout: expect.stringMatching(/default +stale/) });
      // Nobody is given a token by mistake: behind that port may be anybody now.
      const { error, advice } = await machine.failure(["agent", "list"]);
      expect({ error, advice }).toEqual({
        error: "network_not_running",
        advice: "Start it with `agentwire network start`.",
      });
      if (next === "stop") {
        const stopped = await machine.json(["network", "stop"]);
        expect(stopped).toEqual({ results: [{ name: "default", outcome: { kind: "stale" } }], errors: [] });
        const again = await machine.call(["network", "stop", "--json"]);
        expect(again.code).toBe(1);
        expect(JSON.parse(again.stdout)).toMatchObject({ results: [{ outcome: { kind: "missing" } }] });
      } else {
        await machine.up();
        await machine.ok(["agent", "list"]);
      }
    }
  });
});

describe("a start that cannot be", () => {
  it("says that the port is in use, and leaves nothing behind", async () => {
    const { port } = (await occupy(0)).address() as AddressInfo;
    const { code, stdout, stderr } = await machine.call(["network", "start", "--port", String(port)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use: stop what uses it, or choose another port`);
    expect(await machine.ok(["network", "status"])).toBe("No network is running.");
    expect(existsSync(machine.path("networks", "default", "admin.token"))).toBe(false);
    await machine.up();
  });

  it("says that the database is no database, and leaves it as it is", async () => {
    await machine.up();
    await machine.ok(["network", "stop"]);
    const path = machine.path("networks", "default", "session.db");
    writeFileSync(path, "notes of mine, by mistake in this place".repeat(100));
    const { code, error, detail } = await machine.failure(["network", "start", "--port", "0"]);
    expect({ code, error }).toEqual({ code: 1, error: "start_failed" });
    expect(detail).toContain("is damaged or no database");
    expect(machine.read("networks", "default", "session.db")).toContain("notes of mine");
  });

  it.each([
    ["{", /is damaged: .*JSON/],
    ['{"version":2,"networks":{}}', /"version" is not 1/],
    [
      '{"version":1,"networks":{"default":{"name":"default","pid":-1}}}',
      /"networks.default.pid" is not what it should be/,
    ],
    ['{"version":1,"networks":{"x":{}}}', /"networks.x.name" is not what it should be/],
  ])("says what is wrong with the registry %s", async (text, message) => {
    mkdirSync(machine.state, { recursive: true });
    writeFileSync(machine.path("networks.json"), text);
    for (const args of [
      ["network", "start", "--port", "0"],
      ["network", "status"],
      ["agent", "list"],
    ]) {
      const { code, detail } = await machine.failure(args);
      expect(code).toBe(1);
      expect(detail).toMatch(message);
      expect(detail).toContain(machine.path("networks.json"));
    }
    expect(machine.read("networks.json")).toBe(text);
  });

  it.each([
    [["-n", "Über"], /no name of a network/],
    [["-n", "../up"], /no name of a network/],
    [["--port", "x"], /--port takes a whole number from 0 to 65535/],
    [["--port", "65536"], /--port/],
  ])("%j is refused with exit code 2", async (args, message) => {
    const { code, detail } = await machine.failure(["network", "start", ...args]);
    expect(code).toBe(2);
    expect(detail).toMatch(message);
    expect(existsSync(machine.state)).toBe(false);
  });

  it("says that a folder or a lock cannot be used", async () => {
    const file = join(machine.place("home"), "state");
    writeFileSync(file, "");
    const env = { AGENTWIRE_STATE_DIR: file };
    expect(await machine.failure(["network", "start"], { env })).toMatchObject({ code: 1, error: "system" });
    mkdirSync(machine.path("networks", "default", "supervisor.lock"), { recursive: true });
    const { code, detail } = await machine.failure(["network", "start", "--port", "0"]);
    expect({ code, detail }).toEqual({ code: 1, detail: expect.stringContaining("supervisor.lock cannot be used") });
  });

  it("an address that is none of this machine", async () => {
    const { code, detail } = await machine.failure(["network", "start", "--host", "192.0.2.1", "--port", "0"]);
    expect(code).toBe(1);
    expect(detail).toContain("192.0.2.1 is no address of this machine");
  });
});
