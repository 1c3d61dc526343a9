import type { Readable } from "node:stream";

const MAX_CHARACTERS = 1000;
const MAX_LINES = 100;
const WINDOW_MS = 10_000;

/** Hands over the lines of a stream: each cut where it is too long, and in every window no more than some. */
export function logLines(stream: Readable, tell: (line: string) => void): void {
  let rest = "";
  let lines = 0;
  let windowEnd = 0;

  const line = (text: string): void => {
    const now = Date.now();
    if (now >= windowEnd) {
      if (lines > MAX_LINES) tell(`(${lines - MAX_LINES} lines left out)`);
      lines = 0;
      windowEnd = now + WINDOW_MS;
    }
    lines += 1;
    if (lines <= MAX_LINES && text !== "") tell(text.slice(0, MAX_CHARACTERS));
  };

  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const [first = "", ...others] = chunk.split("\n");
    rest = (rest + first).slice(0, MAX_CHARACTERS);
    for (const next of others) {
      line(rest.trimEnd());
      rest = next.slice(0, MAX_CHARACTERS);
    }
  });
  stream.on("end", () => line(rest));
  stream.on("error", () => undefined);
}
