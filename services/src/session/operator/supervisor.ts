import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@agentwire/kit/server";
import { endOf, startChild, stopChild } from "../../shared/child.js";
import { messageOf, raced, sleep } from "../../shared/signals.js";
import type { OperatorAnswer, OperatorConfig } from "./config.js";
import { untilHung } from "./hang.js";
import { defaultOperatorLimits, type OperatorLimits } from "./limits.js";

/** By its name in the package, as a child runs what was built, also where this module is run from its source. */
const ENTRY = createRequire(import.meta.url).resolve("#session-operator");

export interface OperatorSupervisorOptions {
  readonly config: OperatorConfig;
  readonly logger: Logger;
  /** What the operator prints, line by line. */
  readonly onLine: (line: string) => void;
  /** The process of the operator is another one, and why. Does not throw. */
  readonly onRestart: (pid: number, reason: string) => void;
  readonly limits?: OperatorLimits;
}

/** Keeps one operator running: starts it, starts it again on the same port when it dies or hangs, and ends it. */
export class OperatorSupervisor {
  /** Resolves with the reason when the operator is given up. */
  readonly givenUp: Promise<string>;
  readonly #stopping = new AbortController();
  readonly #limits: OperatorLimits;
  #giveUp: (reason: string) => void = () => undefined;
  #running: Running | undefined;
  #keeping: Promise<void> = Promise.resolve();

  constructor(private readonly options: OperatorSupervisorOptions) {
    this.#limits = options.limits ?? defaultOperatorLimits;
    this.givenUp = new Promise((resolve) => (this.#giveUp = resolve));
  }

  /** @throws Error that says what is in the way */
  async start(): Promise<{ readonly port: number; readonly pid: number }> {
    const starting = this.#start(this.options.config.port);
    this.#keeping = starting.then(nothing, nothing);
    const first = await starting;
    this.#keeping = this.#keep(first);
    return first;
  }

  /** Ends the operator and all that it started. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("it is being stopped"));
    if (this.#running) await stopChild(this.#running.child, this.#limits.stopTimeoutMs);
    await this.#keeping;
  }

  async #keep(first: Running): Promise<void> {
    const { signal } = this.#stopping;
    const { logger } = this.options;
    const { backOffMs, maxBackOffMs, stableMs, maxFailedStarts } = this.#limits;
    let running: Running | undefined = first;
    let reason = "";
    let failures = 0;
    for (let wait = backOffMs; ; wait = Math.min(2 * wait, maxBackOffMs)) {
      if (running) {
        reason = await this.#untilDown(running);
        failures = 0;
        if (Date.now() - running.since >= stableMs) wait = backOffMs;
      }
      if (signal.aborted) return;
      logger.warn({ retryInMs: wait }, `the operator is down: ${reason}; it is started again`);
      await sleep(wait, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        running = await this.#start(first.port);
      } catch (error) {
        running = undefined;
        reason = `it cannot start: ${messageOf(error)}`;
        failures += 1;
        if (signal.aborted) return;
        if (failures < maxFailedStarts) continue;
        logger.error({ failures }, `the operator is given up: ${reason}`);
        return this.#giveUp(reason);
      }
      logger.info({ operator: running.pid }, "the operator is up again");
      this.options.onRestart(running.pid, reason);
    }
  }

  /** Resolves with the reason. What hangs is killed. */
  async #untilDown({ child, end }: Running): Promise<string> {
    const over = new AbortController();
    const hung = untilHung(child, this.#limits, AbortSignal.any([over.signal, this.#stopping.signal]));
    const hangs = await Promise.race([
      hung.then(
        () => true,
        () => false,
      ),
      end.then(() => false),
    ]);
    over.abort();
    if (hangs) await stopChild(child, 0);
    const { how } = await end;
    return hangs ? "it did not answer any more" : `its process ${how}`;
  }

  async #start(port: number): Promise<Running> {
    const { config, onLine } = this.options;
    const { startTimeoutMs, stopTimeoutMs } = this.#limits;
    this.#stopping.signal.throwIfAborted();
    const env = { LOG_LEVEL: process.env["LOG_LEVEL"] ?? "info" };
    const child = startChild({ command: process.execPath, args: [ENTRY], env }, ["ignore", "pipe", "pipe", "ipc"]);
    const end = endOf(child);
    for (const input of [child.stdout, child.stderr]) {
      if (input) createInterface({ input }).on("line", onLine);
    }
    child.send({ ...config, port } satisfies OperatorConfig, () => undefined);
    try {
      const answer = await raced(answerOf(child, end, startTimeoutMs), this.#stopping.signal);
      if ("problem" in answer) throw new Error(answer.problem);
      this.#running = { child, end, port: answer.port, pid: child.pid ?? 0, since: Date.now() };
      return this.#running;
    } catch (error) {
      await stopChild(child, stopTimeoutMs);
      throw error;
    }
  }
}

function nothing(): void {}

interface Running {
  readonly child: ChildProcess;
  readonly end: ReturnType<typeof endOf>;
  readonly port: number;
  readonly pid: number;
  readonly since: number;
}

/** @throws Error when it ends without an answer, or gives none in time */
async function answerOf(
  child: ChildProcess,
  end: ReturnType<typeof endOf>,
  timeoutMs: number,
): Promise<OperatorAnswer> {
  const over = new AbortController();
  const { signal } = over;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([answer]) => answer as OperatorAnswer),
      end.then(({ how }) => {
        throw new Error(`its process ${how}`);
      }),
      delay(timeoutMs, undefined, { signal }).then(() => {
        throw new Error(`it was not ready within ${timeoutMs / 1000} s`);
      }),
    ]);
  } finally {
    over.abort();
  }
}
