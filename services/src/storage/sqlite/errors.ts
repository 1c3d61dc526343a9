import { StorageError, type StorageErrorCode } from "../storage.js";

/** SQLite's primary result codes that people can do something about: sqlite.org/rescode.html. */
const CODES: Readonly<Record<number, StorageErrorCode>> = {
  5: "locked",
  6: "locked",
  8: "unwritable",
  10: "failed",
  11: "corrupt",
  13: "full",
  14: "unwritable",
  26: "corrupt",
};

const ADVICE: Readonly<Record<StorageErrorCode, string>> = {
  locked: "is in use by another process: stop that one, or choose another folder with --data",
  full: "cannot grow, as no space is left on its disk: make room, and try again",
  corrupt: "is damaged or no database: restore it from a backup, or move it away to start anew",
  newer: "was written by a later version of this program: update the program",
  unwritable: "cannot be opened for writing: look at the permissions of the file and its folder",
  failed: "failed",
};

/** What SQLite threw, in words that say what to do. */
export function storageError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const {
    errcode,
    sqliteCode,
    message = String(error),
  } = error as {
    errcode?: number;
    sqliteCode?: number;
    message?: string;
  };
  const primary = (errcode ?? sqliteCode ?? 1) & 0xff;
  return storageErrorOf(CODES[primary] ?? "failed", path, message);
}

export function storageErrorOf(code: StorageErrorCode, path: string, detail?: string): StorageError {
  return new StorageError(code, `the database ${path} ${ADVICE[code]}${detail === undefined ? "" : ` (${detail})`}`);
}
