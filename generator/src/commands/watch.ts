import { existsSync, type FSWatcher, watch } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import pc from "picocolors";
import { visible } from "../diagnostics/print.js";
import { isBelow } from "../read/loader.js";
import { exitCodes } from "./report.js";

/** Editors write in several steps; the pause lets them finish. In milliseconds. */
const PAUSE = 5;

/** What is watched for, and what is done then. */
export interface Watched {
  /** The contract, or the folder of contracts. */
  readonly spec: string;
  /** Whether something that has happened to a path may change the output. */
  concerns(path: string): boolean;
  /** Every file that the last run has asked for. */
  asked(): Iterable<string>;
  again(): Promise<unknown>;
}

/**
 * Runs again after every change that concerns the contract, one run after the other. Looks at all that happens below the
 * contract's folder, and beside the files that it reads from elsewhere. Ends with the process.
 */
export function watchFor(watched: Watched): Promise<number> {
  const target = resolve(watched.spec);
  const folder = /\.(ya?ml|json)$/.test(target) ? dirname(target) : target;
  const elsewhere = new Folders((path) => change(path));
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  // One run that fails, whatever the reason, must not end the watching.
  const run = async () => {
    try {
      await watched.again();
      elsewhere.follow(outside());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${pc.red("error")} ${visible(reason)}\n`);
    }
  };
  const outside = () => [...watched.asked()].filter((path) => !isBelow(folder, path));
  const change = (path: string | undefined) => {
    if (path !== undefined && !watched.concerns(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(run);
    }, PAUSE);
  };
  return new Promise((finish) => {
    // Some systems do not say which file it was.
    const watcher = watch(folder, { recursive: true }, (_, file) => change(file ? join(folder, file) : undefined));
    elsewhere.follow(outside());
    const shown = [folder, ...elsewhere.names].map((each) => visible(relative(process.cwd(), each) || "."));
    process.stdout.write(pc.dim(`watching ${shown.join(", ")}; Ctrl-C ends\n`));
    process.once("SIGINT", () => {
      watcher.close();
      clearTimeout(timer);
      void running.then(() => {
        elsewhere.follow([]);
        finish(exitCodes.ok);
      });
    });
  });
}

/** Watchers of the folders that some files are in, or will be in. */
class Folders {
  private readonly watchers = new Map<string, FSWatcher>();

  constructor(private readonly change: (path: string | undefined) => void) {}

  get names(): string[] {
    return [...this.watchers.keys()].sort();
  }

  /** Watches the folders of these files, and no others. */
  follow(files: readonly string[]): void {
    const folders = new Set(files.map(folderOf));
    for (const folder of this.watchers.keys()) if (!folders.has(folder)) this.close(folder);
    for (const folder of folders) {
      if (this.watchers.has(folder)) continue;
      const watcher = watch(folder, (_, file) => this.change(file ? join(folder, file) : undefined));
      this.watchers.set(folder, watcher);
      // Such as that the folder is gone.
      watcher.on("error", () => this.close(folder));
    }
  }

  private close(folder: string): void {
    this.watchers.get(folder)?.close();
    this.watchers.delete(folder);
  }
}

/** The folder of a file; while there is none, that in which it would come into being. */
function folderOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}
