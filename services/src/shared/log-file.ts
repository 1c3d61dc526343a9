import { closeSync, openSync, renameSync, statSync, write } from "node:fs";
import { Writable } from "node:stream";
import { promisify } from "node:util";

const writeTo = promisify(write);

/**
 * What a child process says, in a file. When it has half of the bytes allowed, it becomes `<path>.1` in place of the one
 * before, so that both together never have more. A disk that fails costs the log, not the process.
 */
export class LogFile extends Writable {
  #file: number;
  #size: number;

  /** @throws Error when the file cannot be opened */
  constructor(
    private readonly path: string,
    private readonly maxBytes: number,
  ) {
    super({ decodeStrings: true });
    this.#file = openSync(path, "a", 0o600);
    this.#size = statSync(path).size;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#append(chunk).then(
      () => done(),
      () => done(),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    closeSync(this.#file);
    done(error);
  }

  async #append(chunk: Buffer): Promise<void> {
    const half = Math.ceil(this.maxBytes / 2);
    for (let from = 0; from < chunk.length; ) {
      if (this.#size >= half) this.#rotate();
      const { bytesWritten } = await writeTo(this.#file, chunk, from, Math.min(chunk.length - from, half - this.#size));
      from += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  #rotate(): void {
    renameSync(this.path, `${this.path}.1`);
    const file = openSync(this.path, "a", 0o600);
    closeSync(this.#file);
    this.#file = file;
    this.#size = 0;
  }
}
