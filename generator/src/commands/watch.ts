import { watch } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import pc from "picocolors";
import { visible } from "../diagnostics/print.js";
import { exitCodes } from "./report.js";

/** Editors write in several steps; the pause lets them finish. In milliseconds. */
const PAUSE = 5;

/**
 * Calls `again` after every change of a file that `concerns` the contract, one after the other. Looks at all that
 * happens below the contract's folder. Ends with the process.
 */
export function watchFor(
  spec: string,
  concerns: (path: string) => boolean,
  again: () => Promise<unknown>,
): Promise<number> {
  const target = resolve(spec);
  const folder = /\.(ya?ml|json)$/.test(target) ? dirname(target) : target;
  return new Promise((finish) => {
    let timer: NodeJS.Timeout | undefined;
    let running: Promise<unknown> = Promise.resolve();
    const watcher = watch(folder, { recursive: true }, (_, file) => {
      // Some systems do not say which file it was.
      if (file && !concerns(join(folder, file))) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        // One run that fails, whatever the reason, must not end the watching.
        running = running.then(again).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          process.stderr.write(`${pc.red("error")} ${visible(reason)}\n`);
        });
      }, PAUSE);
    });
    process.stdout.write(pc.dim(`watching ${relative(process.cwd(), folder) || "."}; Ctrl-C ends\n`));
    process.once("SIGINT", () => {
      watcher.close();
      clearTimeout(timer);
      void running.then(() => finish(exitCodes.ok));
    });
  });
}
