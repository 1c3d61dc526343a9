import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { getDefaultEnvironment } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ReadBuffer, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { logLines } from "./line-log.js";
import { HAS_GROUPS, releaseGroup, signalGroup, tieGroup } from "./process-groups.js";

/** A program that speaks MCP over its standard input and output. */
export interface McpProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside the few variables that every program needs, such as `PATH`. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  /** Bytes that one message may have. */
  readonly maxMessageBytes: number;
  /** Told every line of its standard error, within limits. */
  readonly onStderr: (line: string) => void;
}

const PATIENCE_MS = 1000;

/**
 * The SDK's own transport for programs ends the program alone. This one gives it a process group of its own, and ends
 * all that is in it: launchers such as `npx` leave the real server to a grandchild.
 */
export class ProcessTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** How it ended, once it has. */
  ending = "its process has ended";
  readonly #buffer: ReadBuffer;
  #garbled = false;
  #child: ChildProcessWithoutNullStreams | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(private readonly program: McpProgram) {
    this.#buffer = new ReadBuffer({ maxBufferSize: program.maxMessageBytes });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @throws Error when it cannot be started */
  async start(): Promise<void> {
    const { command, args, env, cwd } = this.program;
    const child = spawn(command, args, {
      env: { ...getDefaultEnvironment(), ...env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: HAS_GROUPS,
      windowsHide: true,
      ...(cwd === undefined ? {} : { cwd }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error: NodeJS.ErrnoException) => {
        this.ending = `its program cannot be started (${error.code ?? error.name})`;
        reject(new Error(this.ending));
      });
    });
    this.#child = child;
    const { pid = 0 } = child;
    tieGroup(pid);
    logLines(child.stderr, this.program.onStderr);
    child.on("error", (error) => this.onerror?.(error));
    child.stdin.on("error", (error) => this.onerror?.(error));
    child.stdout.on("error", (error) => this.onerror?.(error));
    child.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.ending = `its process has ended ${signal ? `by ${signal}` : `with code ${code}`}`;
        releaseGroup(pid);
        // Who has left the group may still hold the pipes; nothing more is expected of them.
        const cut = setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, PATIENCE_MS);
        child.once("close", () => {
          clearTimeout(cut);
          resolve();
          this.onclose?.();
        });
      });
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if (!stdin?.writable) throw new Error("the process takes no more messages");
    if (!stdin.write(serializeMessage(message))) {
      await new Promise<void>((resolve) => {
        stdin.once("drain", resolve);
        stdin.once("close", resolve);
      });
    }
  }

  /** Asks it to end, then makes it; resolves when it has. */
  async close(): Promise<void> {
    const { pid } = this;
    this.#child?.stdin.end();
    if (pid !== undefined && !(await this.#endsInTime())) {
      signalGroup(pid, "SIGTERM");
      if (!(await this.#endsInTime())) signalGroup(pid, "SIGKILL");
    }
    await this.#ended;
  }

  async #endsInTime(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), PATIENCE_MS);
    });
    const inTime = await Promise.race([this.#ended.then(() => true), late]);
    clearTimeout(timer);
    return inTime;
  }

  #read(chunk: Buffer): void {
    try {
      this.#buffer.append(chunk);
    } catch {
      this.onerror?.(new Error(`a message is larger than ${this.program.maxMessageBytes} bytes`));
      void this.close();
      return;
    }
    for (;;) {
      try {
        const message = this.#buffer.readMessage();
        if (!message) return;
        this.onmessage?.(message);
      } catch {
        // Programs print other things too; they are passed over, and told once.
        if (!this.#garbled) this.onerror?.(new Error("a line of its output is no message"));
        this.#garbled = true;
      }
    }
  }
}
