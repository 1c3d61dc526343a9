import type { ChildProcess, StdioOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@agentwire/kit/server";
import { endOf, startChild, stopChild } from "../../shared/child.js";
import { LogFile } from "../../shared/log-file.js";
import { messageOf, raced, sleep } from "../../shared/signals.js";
import type { Launch, Start } from "../drivers/driver.js";
import { freePort } from "./free-port.js";

export interface SupervisorOptions {
  readonly instanceId: string;
  /** The instance's own folder; made when it is not there. */
  readonly folder: string;
  readonly settings: Launch["settings"];
  /** What to start. @throws Error when the operator has no such thing any more */
  readonly start: (launch: Launch) => Start;
  /** Resolves when the runtime works. */
  readonly isReady: (signal: AbortSignal) => Promise<void>;
  /** Asks the runtime once. @throws what is wrong with it */
  readonly look: (signal: AbortSignal) => Promise<void>;
  readonly onChange: (change: Change) => void;
  readonly limits: SupervisorLimits;
  readonly log: Logger;
}

export interface SupervisorLimits {
  /** Milliseconds a process has to become ready. */
  readonly startTimeoutMs: number;
  /** Milliseconds between two looks at an instance. */
  readonly probeIntervalMs: number;
  /** Milliseconds that a process may go without an answer before it is killed and started again. */
  readonly hangTimeoutMs: number;
  /** Milliseconds between the request to end and the kill. */
  readonly stopTimeoutMs: number;
  /** Crashes within `crashWindowMs` after which it is not started again. */
  readonly maxCrashes: number;
  readonly crashWindowMs: number;
  /** Milliseconds until the first restart; each crash in the window doubles them, up to `maxBackOffMs`. */
  readonly backOffMs: number;
  readonly maxBackOffMs: number;
  /** Bytes of all logs of one instance. */
  readonly maxLogBytes: number;
}

export interface Endpoint {
  readonly url: string;
  readonly token: string | undefined;
}

export type Change =
  | { readonly state: "starting"; readonly endpoint: Endpoint }
  | { readonly state: "ready" }
  /** `final`: it is not started again. */
  | { readonly state: "error"; readonly reason: string; readonly final: boolean };

/** Keeps one instance's process: starts it, starts it again when it crashes or hangs, and ends it. */
export class Supervisor {
  readonly #stopping = new AbortController();
  readonly #crashes: number[] = [];
  #child: ChildProcess | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: SupervisorOptions,
    /** The port of the last time, which is taken again where it is free. */
    private port?: number,
  ) {}

  /** The port that it listens on, or did last. */
  get lastPort(): number | undefined {
    return this.port;
  }

  /** Starts the process, and looks after it from then on. @throws Error when it does not become ready */
  async start(): Promise<void> {
    try {
      this.#running = this.#watch(await this.#startOnce());
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Like `start`, but a process that does not become ready is a crash like any other. */
  restart(): void {
    this.#running = this.#watch(undefined);
  }

  /** Ends the process and all that it started. Never rejects. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("it is being stopped"));
    if (this.#child) await stopChild(this.#child, this.options.limits.stopTimeoutMs);
    await this.#running;
  }

  async #watch(started: Started | undefined): Promise<void> {
    const { signal } = this.#stopping;
    for (let running = started; !signal.aborted; running = undefined) {
      const reason = await this.#untilCrash(running);
      if (signal.aborted) return;
      const wait = this.#crashed(reason);
      if (wait === undefined) return;
      await sleep(wait, signal).catch(() => undefined);
    }
  }

  /** Resolves when the process is gone, or could not be started, with what happened. */
  async #untilCrash(running: Started | undefined): Promise<string> {
    try {
      const { child, end } = running ?? (await this.#startOnce());
      const over = new AbortController();
      const { how } = await Promise.race([end, this.#untilHung(over.signal)]);
      over.abort();
      // What it had started itself goes with it.
      await stopChild(child, 0);
      return `its process ${how}`;
    } catch (error) {
      return messageOf(error);
    }
  }

  /**
   * Looks at the process again and again: one that does not answer takes no runs until it does. Resolves when it has hung.
   * @throws what aborted the signal
   */
  async #untilHung(over: AbortSignal): Promise<Ending> {
    const { look, onChange, limits } = this.options;
    const signal = AbortSignal.any([over, this.#stopping.signal]);
    for (let silentSince: number | undefined; ; ) {
      await sleep(limits.probeIntervalMs, signal);
      const asked = Date.now();
      const trouble = await look(signal).then(() => undefined, messageOf);
      signal.throwIfAborted();
      if (trouble === undefined) {
        if (silentSince !== undefined) onChange({ state: "ready" });
        silentSince = undefined;
        continue;
      }
      if (silentSince === undefined)
        onChange({ state: "error", reason: `it does not answer: ${trouble}`, final: false });
      silentSince ??= asked;
      const hang = limits.hangTimeoutMs;
      if (Date.now() - silentSince >= hang) return { how: `did not answer for ${hang} ms` };
    }
  }

  /** Milliseconds to wait before the next start; undefined when there is none. */
  #crashed(reason: string): number | undefined {
    const { maxCrashes, crashWindowMs, backOffMs, maxBackOffMs } = this.options.limits;
    const now = Date.now();
    this.#crashes.push(now);
    while ((this.#crashes[0] ?? now) < now - crashWindowMs) this.#crashes.shift();
    const { length } = this.#crashes;
    const final = length >= maxCrashes;
    const wait = Math.min(backOffMs * 2 ** (length - 1), maxBackOffMs);
    const more = final ? `given up after ${length} crashes within ${crashWindowMs} ms` : `started again in ${wait} ms`;
    this.options.log.warn({ instance: this.options.instanceId, crashes: length }, `${reason}; ${more}`);
    this.options.onChange({ state: "error", reason: `${reason}; ${more}`, final });
    return final ? undefined : wait;
  }

  async #startOnce(): Promise<Started> {
    const { instanceId, folder, settings, start, isReady, onChange, limits } = this.options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.port = await freePort(this.port);
    const token = randomBytes(32).toString("base64url");
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    const toStart = start({ instanceId, folder, port: this.port, token, settings });
    const { child, end } = this.#spawn(toStart);
    const endpoint = { url: `http://127.0.0.1:${this.port}`, token: toStart.token };
    onChange({ state: "starting", endpoint });
    const late = AbortSignal.timeout(limits.startTimeoutMs);
    const over = new AbortController();
    const ended = end.then(({ how }) => {
      throw new Error(`its process ${how} before it was ready`);
    });
    try {
      const waiting = AbortSignal.any([signal, late, over.signal]);
      const ready = announced(child, toStart).then(() => isReady(waiting));
      await raced(Promise.race([ready, ended]), waiting);
      onChange({ state: "ready" });
      return { child, end };
    } catch (error) {
      await stopChild(child, limits.stopTimeoutMs);
      throw late.aborted ? new Error(`it was not ready within ${limits.startTimeoutMs} ms`) : error;
    } finally {
      over.abort();
      ended.catch(() => undefined);
    }
  }

  #spawn(start: Start): Started {
    const { command, args, cwd, env, message } = start;
    const stdio: StdioOptions = message ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"];
    const log = new LogFile(join(this.options.folder, "output.log"), this.options.limits.maxLogBytes);
    let child: ChildProcess;
    try {
      child = startChild({ command, args, env, ...(cwd === undefined ? {} : { cwd }) }, stdio);
    } catch (error) {
      log.destroy();
      throw error;
    }
    this.#child = child;
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    // An exit is an end whatever its children still hold; what cannot be started says so by `error` alone.
    const end = new Promise<Ending>((resolve) => {
      child.once("exit", (code, signal) =>
        resolve({ how: signal ? `was ended by ${signal}` : `ended with code ${code}` }),
      );
      child.once("error", (error) => child.pid === undefined && resolve({ how: `cannot start: ${error.message}` }));
    });
    void endOf(child).then(() => log.end());
    if (message) child.send(message, () => undefined);
    return { child, end };
  }
}

/** What became of a process, in words that follow "its process". */
interface Ending {
  readonly how: string;
}

interface Started {
  readonly child: ChildProcess;
  /** Settles when the process is gone. Never rejects. */
  readonly end: Promise<Ending>;
}

/** Our own runtime says when it listens: until then, whoever answers on its port is somebody else. */
function announced(child: ChildProcess, { message }: Start): Promise<unknown> {
  return message ? new Promise((resolve) => child.once("message", resolve)) : Promise.resolve();
}
