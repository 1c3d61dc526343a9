import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { type Command, endOf, startChild, stopChild } from "../../../shared/child.js";
import type { Executor, ExecutorContext } from "../../executor.js";
import { RunFailure } from "../../executor.js";
import { LineTooLong, linesOf } from "./lines.js";
import { type Message, messageOfLine } from "./message.js";

export interface ProcessOptions extends Command {
  /** Bytes of one line on stdout. Default 1 MiB. */
  readonly maxLineBytes?: number;
  /** Bytes of all of stdout. Default 64 MiB. */
  readonly maxOutputBytes?: number;
  /** Bytes of stderr that reach the log; the rest is dropped. Default 256 KiB. */
  readonly maxLogBytes?: number;
  /** Milliseconds between the request to end and the kill. Default 2000. */
  readonly graceMs?: number;
}

const MIB = 1024 * 1024;

/**
 * Wraps a program as an agent. It gets one line of JSON on stdin, `{run_id, goal, context, data, limits, tools}`, and
 * writes one JSON object a line on stdout: `{"type": "token", "text"}`, `{"type": "step" | "tool_call" | "tool_result",
 * "data"}`, `{"type": "usage", "data"}`, `{"type": "artifact", "data"}`, and at the end `{"type": "final", "output"}` or
 * `{"type": "error", "error": {code, message}}`. A line that is no JSON object is text of the answer. What it writes on
 * stderr goes to the log. When the run is stopped, the program and all that it started are ended.
 */
export function processExecutor(options: ProcessOptions): Executor {
  return async function* (input, context) {
    const child = startChild(options, ["pipe", "pipe", "pipe"]);
    const ended = endOf(child);
    const { stdin, stdout, stderr } = child as ChildProcess & { stdout: Readable; stderr: Readable };
    const stopped = () => void stopChild(child, options.graceMs ?? 2000);
    context.signal.addEventListener("abort", stopped, { once: true });
    copyToLog(stderr, context, options.maxLogBytes ?? MIB / 4);
    // A program that does not want its input may close it.
    stdin?.on("error", () => undefined);
    stdin?.end(
      `${JSON.stringify({ run_id: context.runId, ...input, limits: context.limits, tools: context.tools })}\n`,
    );
    try {
      const text: string[] = [];
      for await (const message of messagesOf(stdout, options)) {
        if (message.kind === "final") return message.output;
        if (message.kind === "usage") context.addUsage(message.usage);
        else if (message.kind === "artifact") context.addArtifact(message.artifact);
        else if (message.kind === "text") {
          text.push(message.text);
          yield { type: "token", text: `${message.text}\n` };
        } else yield message.progress;
      }
      const { ok, how } = await ended;
      if (!ok) throw new RunFailure("process.failed", `The agent's process ${how}.`);
      return { text: text.join("\n") };
    } finally {
      context.signal.removeEventListener("abort", stopped);
      await stopChild(child, options.graceMs ?? 2000);
    }
  };
}

/** @throws RunFailure `process.output` for too much of it, and the failure that the program reports */
async function* messagesOf(stdout: Readable, options: ProcessOptions): AsyncGenerator<Message, void, undefined> {
  const { maxLineBytes = MIB, maxOutputBytes = 64 * MIB } = options;
  try {
    for await (const line of linesOf(capped(stdout, maxOutputBytes), maxLineBytes)) {
      if (line.trim() !== "") yield messageOfLine(line);
    }
  } catch (error) {
    if (error instanceof LineTooLong) throw new RunFailure("process.output", `On the agent's stdout ${error.message}.`);
    throw error;
  }
}

async function* capped(output: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const chunk of output) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new RunFailure("process.output", `The agent wrote more than ${maxBytes} bytes on stdout.`);
    yield chunk;
  }
}

function copyToLog(stderr: Readable, { log, runId }: ExecutorContext, maxBytes: number): void {
  let left = maxBytes;
  stderr.setEncoding("utf8").on("data", (text: string) => {
    if (left <= 0) return;
    log.info({ run: runId, stderr: text.slice(0, left) }, "the agent's process says");
    left -= text.length;
    if (left <= 0) log.warn({ run: runId }, "the agent's process says more than is logged");
  });
}
