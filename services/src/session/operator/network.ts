import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Logger } from "@agentwire/kit/server";
import { pino } from "pino";
import { LogFile } from "../../shared/log-file.js";
import { raced } from "../../shared/signals.js";
import { VERSION } from "../../shared/version.js";
import { urlOf } from "./address.js";
import { makePrivateFolder, writePrivate } from "./files.js";
import { takeLock } from "./lock.js";
import { type NetworkPlaces, networkPlaces } from "./places.js";
import { readRecord, writeRecord } from "./record.js";
import { type NetworkEntry, Registry } from "./registry.js";
import { OperatorSupervisor } from "./supervisor.js";
import { removeTraces } from "./traces.js";

/** Bytes of both log files of a network together. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** What a network is started with. */
export interface NetworkSettings {
  /** The folder of all networks. */
  readonly root: string;
  readonly name: string;
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly graceMs?: number;
}

export interface NetworkRun {
  /** Ends it when it aborts. */
  readonly stop: AbortSignal;
  /** It can be used. */
  readonly onUp: (entry: NetworkEntry) => void;
  /** What is logged, line by line, beside the log file. */
  readonly onLine?: (line: string) => void;
}

/** The network runs already, where the entry says; without one it is just being started or stopped. */
export class AlreadyRunningError extends Error {
  constructor(readonly entry: NetworkEntry | undefined) {
    super(entry ? `it runs already, at ${urlOf(entry)}` : "another process is just starting or stopping it");
  }
}

/**
 * Runs a network in this process until it is told to stop, and leaves nothing behind but what it keeps.
 * @throws AlreadyRunningError, or another Error when it cannot start or had to be given up
 */
export async function runNetwork(settings: NetworkSettings, live: NetworkRun): Promise<void> {
  const { root, name } = settings;
  const places = networkPlaces(root, name);
  const lock = takeLock(places.lock);
  if (!lock) throw new AlreadyRunningError(readRecord(places.record, name)?.network);
  // Waiting for an operator that is down is no work that would keep a process.
  const alive = setInterval(() => undefined, 60_000);
  try {
    // What a run that died has left would lead others astray.
    removeTraces(root, name);
    makePrivateFolder(dirname(places.log));
    const log = new LogFile(places.log, MAX_LOG_BYTES);
    await new RunningNetwork(settings, live, places, log).run().finally(() => closed(log));
  } finally {
    clearInterval(alive);
    lock.release();
  }
}

async function closed(log: LogFile): Promise<void> {
  const written = once(log, "close");
  log.end();
  await written;
}

/** One run of a network, from its start to its end, with the lock held. */
class RunningNetwork {
  readonly #supervisor: OperatorSupervisor;
  readonly #logger: Logger;
  readonly #adminToken = randomBytes(32).toString("base64url");
  #entry: NetworkEntry | undefined;
  #restarts = 0;

  constructor(
    private readonly settings: NetworkSettings,
    private readonly live: NetworkRun,
    private readonly places: NetworkPlaces,
    private readonly log: LogFile,
  ) {
    const { root: _, name: network, ...rest } = settings;
    this.#logger = pino({ name: "supervisor" }, { write: (line: string) => this.#say(line.trimEnd()) });
    this.#supervisor = new OperatorSupervisor({
      config: { network, ...rest, adminToken: this.#adminToken, database: places.database },
      logger: this.#logger,
      onLine: (line) => this.#say(line),
      onRestart: (pid, reason) => this.#restarted(pid, reason),
    });
  }

  async run(): Promise<void> {
    const { stop, onUp } = this.live;
    let reason: string | undefined;
    try {
      const { port, pid } = await raced(this.#supervisor.start(), stop);
      onUp(this.#publish(port, pid));
      reason = await raced(this.#supervisor.givenUp, stop);
    } catch (error) {
      if (error !== stop.reason) throw error;
    } finally {
      await this.#leave(reason);
    }
    if (reason !== undefined) throw new Error(reason);
  }

  /** Lets others find it. */
  #publish(port: number, operatorPid: number): NetworkEntry {
    const { name, host } = this.settings;
    const entry = { name, pid: process.pid, host, port, startedAt: Date.now(), version: VERSION };
    this.#entry = entry;
    writePrivate(this.places.adminToken, this.#adminToken);
    writePrivate(this.places.operatorPid, `${operatorPid}\n`);
    writeRecord(this.places.record, { network: entry, restarts: 0 });
    new Registry(this.settings.root).put(entry);
    return entry;
  }

  #restarted(operatorPid: number, reason: string): void {
    this.#restarts += 1;
    try {
      writePrivate(this.places.operatorPid, `${operatorPid}\n`);
      this.#note(reason);
    } catch (error) {
      this.#logger.warn({ err: error }, "the state of the network cannot be written");
    }
  }

  #note(reason: string): void {
    if (this.#entry) writeRecord(this.places.record, { network: this.#entry, restarts: this.#restarts, reason });
  }

  /** The entry of a network that was given up stays: it tells that there should be one. */
  async #leave(givenUp: string | undefined): Promise<void> {
    await this.#supervisor.stop();
    const { root, name } = this.settings;
    if (givenUp === undefined) return removeTraces(root, name);
    const { adminToken, operatorPid } = this.places;
    for (const path of [adminToken, operatorPid]) rmSync(path, { force: true });
    this.#note(givenUp);
  }

  #say(line: string): void {
    // An operator that could not start may still have something to say when all is over.
    if (this.log.writable) this.log.write(`${line}\n`);
    this.live.onLine?.(line);
  }
}
