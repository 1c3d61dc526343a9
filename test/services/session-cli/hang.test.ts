/** An operator that lives and does not answer. */
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, expect, it, vi } from "vitest";
import { defaultOperatorLimits } from "../../../services/src/session/operator/limits.js";
import { OperatorSupervisor } from "../../../services/src/session/operator/supervisor.js";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import { isUp, PATIENCE } from "./machine.js";

// Every operator is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

afterAll(cleanUp);

it("is killed and started again on its port", async () => {
  const said: string[] = [];
  const pids: number[] = [];
  const reasons: string[] = [];
  const supervisor = new OperatorSupervisor({
    config: {
      network: "hanging",
      host: "127.0.0.1",
      port: 0,
      adminToken: "a",
      database: join(temporaryFolder(), "session.db"),
    },
    logger: pino({}, { write: (line: string) => said.push(line) }),
    onLine: () => undefined,
    onRestart: (pid, reason) => {
      pids.push(pid);
      reasons.push(reason);
    },
    limits: { ...defaultOperatorLimits, probeIntervalMs: 50, hangTimeoutMs: 1000 },
  });
  try {
    const { port, pid } = await supervisor.start();
    process.kill(pid, "SIGSTOP");
    await expect.poll(() => pids.length, PATIENCE).toBeGreaterThan(0);
    expect(pids[0]).not.toBe(pid);
    expect(reasons[0]).toBe("it did not answer any more");
    expect(said.join("")).toContain("the operator is down: it did not answer any more; it is started again");
    await expect.poll(() => isUp(`http://127.0.0.1:${port}`), PATIENCE).toBe(true);
  } finally {
    await supervisor.stop();
  }
});
