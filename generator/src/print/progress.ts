import type { WriteStream } from "node:tty";

/** A progress bar on a terminal; silent when the output is piped. */
export class Progress {
  private shown = 0;

  constructor(private readonly stream: WriteStream | NodeJS.WriteStream = process.stderr) {}

  readonly update = (done: number, total: number, what: string): void => {
    if (!this.stream.isTTY) return;
    const now = Date.now();
    if (now - this.shown < 80 && done < total) return;
    this.shown = now;
    const width = 24;
    const filled = Math.round((done / Math.max(total, 1)) * width);
    const label = what.replace(/[^\x20-\x7e]/g, "?").slice(0, 40);
    this.stream.write(`\r\u001b[2K${"█".repeat(filled)}${"░".repeat(width - filled)} ${done}/${total} ${label}`);
  };

  clear(): void {
    if (this.stream.isTTY && this.shown > 0) this.stream.write("\r\u001b[2K");
    this.shown = 0;
  }
}
