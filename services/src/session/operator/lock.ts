import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { makePrivateFolder } from "./files.js";

/** How long somebody who only looks may be in the way of somebody who takes. */
const LOOK_MS = 1000;
const BUSY = 5;

/** Those of this process: a lock that nobody refers to would be collected as garbage, and be free. */
const held = new Set<DatabaseSyncInstance>();

export interface Lock {
  release(): void;
}

/**
 * Takes a lock of which the system itself frees whoever dies, in whatever way: a number of a process in a file may be
 * another process by now. It is that of an empty SQLite database, as Node has none of its own.
 * @returns undefined when another process keeps it for longer than `patienceMs`
 */
export function takeLock(path: string, patienceMs = LOOK_MS): Lock | undefined {
  makePrivateFolder(dirname(path));
  const database = new DatabaseSync(path, { timeout: patienceMs });
  if (!begins(database, "exclusive")) return undefined;
  held.add(database);
  return {
    release: () => {
      held.delete(database);
      database.close();
    },
  };
}

/** Does some process have it? Looking is in nobody's way. */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false;
  const database = new DatabaseSync(path);
  if (!begins(database, "deferred")) return true;
  database.close();
  return false;
}

/** False, and the database is closed, when somebody else has it. */
function begins(database: DatabaseSyncInstance, mode: "exclusive" | "deferred"): boolean {
  try {
    // Nothing is ever written, and a journal would be one more file that whoever dies leaves behind.
    database.exec(`pragma journal_mode = memory; begin ${mode}; select count(*) from sqlite_schema`);
    return true;
  } catch (error) {
    database.close();
    if ((((error as { errcode?: number }).errcode ?? 0) & 0xff) === BUSY) return false;
    throw error;
  }
}
