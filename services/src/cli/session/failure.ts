import {
  ApiError,
  ChannelClosedError,
  ConnectionError,
  InvalidRequestError,
  TimeoutError,
} from "@agentwire/kit/client";
import pc from "picocolors";
import { LockError } from "../../session/operator/lock.js";
import { DamagedFileError } from "../../session/operator/registry.js";
import { messageOf } from "../../shared/signals.js";
import { exitCodes } from "../host.js";
import { printable } from "../logger.js";

export interface FailureFacts {
  /** What to do about it. */
  readonly advice?: string | undefined;
  /** HTTP status, where a service refused. */
  readonly status?: number;
  readonly exitCode?: number;
}

/** A command did not work: what is told, and the exit code. */
export class Failure extends Error {
  constructor(
    /** For programs: a code of the service, or one of this tool. */
    readonly code: string,
    message: string,
    readonly facts: FailureFacts = {},
  ) {
    super(message);
  }
}

/** The command was called wrongly. */
export function misuse(message: string): Failure {
  return new Failure("usage", message, { exitCode: exitCodes.usage });
}

/**
 * Runs a command; whatever keeps it from working is told, to people or as JSON. Gives the exit code: the number that
 * the command resolves with, if it does.
 */
export async function reported(json: boolean | undefined, work: () => Promise<unknown>): Promise<number> {
  try {
    const result = await work();
    return typeof result === "number" ? result : exitCodes.ok;
  } catch (error) {
    const failure = failureOf(error);
    const { advice, status, exitCode = exitCodes.failed } = failure.facts;
    const facts = { error: failure.code, detail: failure.message, status, advice };
    if (json) process.stderr.write(`${JSON.stringify(facts)}\n`);
    else
      process.stderr.write(
        `${pc.red("error")} ${printable(failure.message)}\n${advice ? `${printable(advice)}\n` : ""}`,
      );
    return exitCode;
  }
}

/** @throws the error itself when it is a fault of this tool */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ApiError) {
    return new Failure(error.code ?? "refused", messageOf(error), { status: error.status });
  }
  if (error instanceof InvalidRequestError) return misuse(saidOf(error));
  if (error instanceof ConnectionError || error instanceof TimeoutError) {
    return new Failure("unreachable", messageOf(error));
  }
  if (error instanceof ChannelClosedError) {
    return new Failure("closed", `the service has closed the connection: ${error.meaning ?? error.reason}`);
  }
  if (error instanceof DamagedFileError) {
    return new Failure("damaged_file", error.message, {
      advice: "Repair it, or remove it: networks that run are found without it.",
    });
  }
  if (error instanceof LockError || (error instanceof Error && "syscall" in error))
    return new Failure("system", error.message);
  throw error;
}

/** What is wrong with a request, without the names of this program's own functions. */
function saidOf({ violations, message }: InvalidRequestError): string {
  const said = violations.map(({ pointer, message }) => `${pointer.replace(/^\/body\//, "")} ${message}`);
  return said.length > 0 ? `this cannot be asked: ${[...new Set(said)].join("; ")}` : message;
}
