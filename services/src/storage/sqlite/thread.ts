import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { StorageError } from "../storage.js";
import type { Reply, Request } from "./protocol.js";

/** A question without what the thread adds to it. */
export type Question = Request extends infer R ? (R extends Request ? Omit<R, "number"> : never) : never;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** By its name in the package, as the thread runs what was built, also where this module is run from its source. */
const WORKER = createRequire(import.meta.url).resolve("#storage-worker");

/** The thread with the databases, started for the first one and ended after the last. */
export class DatabaseThread {
  static #shared: { readonly thread: DatabaseThread; users: number } | undefined;
  readonly #worker = new Worker(WORKER, {
    name: "storage",
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #gone: Error | undefined;

  private constructor() {
    this.#worker.on("message", (reply: Reply) => this.#answered(reply));
    this.#worker.on("error", (error) => this.#lost(error));
    this.#worker.on("exit", () => this.#lost(new Error("it ended")));
    this.#worker.unref();
  }

  static use(): DatabaseThread {
    DatabaseThread.#shared ??= { thread: new DatabaseThread(), users: 0 };
    DatabaseThread.#shared.users += 1;
    return DatabaseThread.#shared.thread;
  }

  /** Each user calls it once. */
  async release(): Promise<void> {
    const shared = DatabaseThread.#shared;
    if (!shared || shared.thread !== this) return;
    shared.users -= 1;
    if (shared.users > 0) return;
    DatabaseThread.#shared = undefined;
    await this.#worker.terminate();
  }

  /** @throws StorageError */
  ask(question: Question): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      const number = this.#number++;
      // While an answer is waited for, the process has something to do.
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ ...question, number });
    });
  }

  #answered(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("error" in reply) waiting?.reject(new StorageError(reply.error.code, reply.error.message));
    else waiting?.resolve(reply.result);
  }

  #lost(error: Error): void {
    this.#gone ??= new StorageError("failed", `the storage thread cannot go on: ${error.message}`);
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}
