import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

const CHUNK_BYTES = 64 * 1024;

/** Reads a log file that grows, and that goes on in another where it is full, line by line. */
export class LogTail {
  #file: number | undefined;
  /** Files end where they are full, also within a line, or a character. */
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(private readonly path: string) {}

  /** The lines of the log before this one, and of this one. */
  history(): string[] {
    const before = `${this.path}.1`;
    const lines = existsSync(before) ? this.#take(readFileSync(before)) : [];
    return [...lines, ...this.news()];
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
      lines.push(...this.#take(chunk.subarray(0, length)));
    }
  }

  /** The lines that end in these bytes. */
  #take(bytes: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(bytes)).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines;
  }

  #open(): number | undefined {
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
