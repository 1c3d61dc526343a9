import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { readIfThere } from "../../../session/operator/files.js";

const CHUNK_BYTES = 64 * 1024;

/** Reads a log file that grows, and that becomes another when it is full, line by line. */
export class LogTail {
  #file: number | undefined;
  #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(private readonly path: string) {}

  /** The lines of the log before this one, and of this one. */
  history(): string[] {
    const before = readIfThere(`${this.path}.1`)?.split("\n").slice(0, -1) ?? [];
    return [...before, ...this.news()];
  }

  /** The lines that have come since. */
  news(): string[] {
    const moved = this.#file !== undefined && this.#isMoved(this.#file);
    // Nothing more is written to a file that has been moved, so that this is all of it.
    const lines = this.#read();
    if (!moved) return lines;
    this.close();
    return [...lines, ...this.#read()];
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #read(): string[] {
    this.#file ??= this.#open();
    if (this.#file === undefined) return [];
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const lines: string[] = [];
    for (;;) {
      const length = readSync(this.#file, chunk);
      if (length === 0) return lines;
      const [first = "", ...others] = this.#decoder.write(chunk.subarray(0, length)).split("\n");
      const [rest, whole] = [others.pop(), others];
      if (rest === undefined) this.#rest += first;
      else {
        lines.push(this.#rest + first, ...whole);
        this.#rest = rest;
      }
    }
  }

  #open(): number | undefined {
    this.#decoder = new StringDecoder("utf8");
    try {
      return openSync(this.path, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  #isMoved(file: number): boolean {
    return statSync(this.path, { throwIfNoEntry: false })?.ino !== fstatSync(file).ino;
  }
}
