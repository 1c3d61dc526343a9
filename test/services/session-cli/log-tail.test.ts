/** A log that is read while it grows and begins anew. */
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { LogTail } from "../../../services/src/cli/session/network/log-tail.js";
import { LogFile } from "../../../services/src/shared/log-file.js";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";

afterAll(cleanUp);

const write = (log: LogFile, text: string) => new Promise<void>((resolve) => log.write(text, () => resolve()));

it("gives every line once, in order, whole, over many files", async () => {
  const path = join(temporaryFolder(), "server.log");
  const tail = new LogTail(path);
  expect(tail.history()).toEqual([]);
  const log = new LogFile(path, 400);
  const lines = Array.from({ length: 300 }, (_, index) => `line ${index} \u00e4\u{1f600}`);
  const read: string[] = [];
  for (const [index, line] of lines.entries()) {
    // In two halves, between which somebody may look.
    await write(log, line.slice(0, 7));
    if (index % 3 === 0) read.push(...tail.news());
    await write(log, `${line.slice(7)}\n`);
    if (index % 2 === 0) read.push(...tail.news());
  }
  read.push(...tail.news());
  expect(read).toEqual(lines);
  tail.close();
  const late = new LogTail(path);
  const history = late.history();
  expect(history.length).toBeGreaterThan(5);
  // The first may be half a line: files change where they are full.
  expect(history.slice(1)).toEqual(lines.slice(1 - history.length));
  late.close();
  log.end();
  await once(log, "close");
});
