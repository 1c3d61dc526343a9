import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { messageOf } from "../../shared/signals.js";
import { makePrivateFolder } from "./files.js";

/** How long somebody who only looks may be in the way of somebody who takes. */
const LOOK_MS = 1000;
const BUSY = 5;

/** The file of a lock cannot be used. */
export class LockError extends Error {
  constructor(path: string, why: unknown) {
    super(`the lock ${path} cannot be used: ${messageOf(why)}`);
  }
}

/** Those of this process: a lock that nobody refers to would be collected as garbage, and be free. */
const held = new Set<DatabaseSyncInstance>();

export interface Lock {
  release(): void;
}

/**
 * Takes a lock of which the system itself frees whoever dies, in whatever way: a number of a process in a file may be
 * another process by now. It is that of an empty SQLite database, as Node has none of its own.
 * @returns undefined when another process keeps it for longer than `patienceMs`
 * @throws LockError
 */
export function takeLock(path: string, patienceMs = LOOK_MS): Lock | undefined {
  makePrivateFolder(dirname(path));
  const database = begin(path, "exclusive", patienceMs);
  if (!database) return undefined;
  held.add(database);
  return {
    release: () => {
      held.delete(database);
      database.close();
    },
  };
}

/** Does some process have it? Looking is in nobody's way. @throws LockError */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false;
  const database = begin(path, "deferred", 0);
  database?.close();
  return database === undefined;
}

/** Undefined when somebody else has it. */
function begin(path: string, mode: "exclusive" | "deferred", timeout: number): DatabaseSyncInstance | undefined {
  let database: DatabaseSyncInstance | undefined;
  try {
    database = new DatabaseSync(path, { timeout });
    // Nothing is ever written, and a journal would be one more file that whoever dies leaves behind.
    database.exec(`pragma journal_mode = memory; begin ${mode}; select count(*) from sqlite_schema`);
    return database;
  } catch (error) {
    database?.close();
    if ((((error as { errcode?: number }).errcode ?? 0) & 0xff) === BUSY) return undefined;
    throw new LockError(path, error);
  }
}
