import { once } from "node:events";
import { AbortedError, type ChannelOptions, type ClientChannel, type Disconnect } from "@agentwire/kit/client";
import type { SessionEvent } from "@agentwire/models/session";
import pc from "picocolors";
import { exitCodes } from "../host.js";
import { printable } from "../logger.js";
import { safeJson } from "../remote.js";
import { eventLine } from "./event-line.js";
import { Failure, misuse } from "./failure.js";
import { wholeNumber } from "./numbers.js";

/** How long the sockets of a service that says nothing may keep this process. */
const LINGER_MS = 2000;
const LONGEST_TIMEOUT_S = 1_000_000;

export interface FollowOptions {
  readonly json?: boolean;
  /** Lines for people, also where no terminal is. */
  readonly text?: boolean;
  /** Only events of this session. */
  readonly session?: string;
  /** Ends after so many events. */
  readonly count?: string;
  /** Ends after an event of this type. */
  readonly until?: string;
  /** Seconds after which it ends in failure. */
  readonly timeout?: string;
}

/** What is followed. */
export interface Source {
  readonly open: (options: ChannelOptions) => ClientChannel<SessionEvent, unknown>;
  /** For people, such as `Listening as @acme.scout on …`. */
  readonly opening: string;
  /** The same for programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Prints events until it is interrupted, or has what it is to wait for. Reconnects by itself. */
export async function follow({ open, opening, facts }: Source, options: FollowOptions): Promise<number> {
  const { session, until } = options;
  if (options.json && options.text) throw misuse("--json is for programs, and --text for people: choose one");
  const count = options.count === undefined ? undefined : wholeNumber(options.count, "--count", [1, 1_000_000_000]);
  const stop = interrupted(options.timeout);
  const status = statusTo(options.json);
  const print = printerFor(options);
  const channel = open({
    signal: stop.signal,
    onDisconnect: ({ code, reason, retryInMs }) => {
      const lost = { code, reason, retryInMs };
      status(disconnected(lost), { status: "disconnected", ...lost });
    },
    onReconnect: () => status("Connected again.", { status: "reconnected" }),
    onInvalid: ({ reason }) => status(`Passed over what is no event: ${reason}`, { status: "invalid", reason }),
  });
  try {
    await channel.opened;
    status(opening, { status: "connected", ...facts });
    let shown = 0;
    for await (const event of channel) {
      if (session !== undefined && event["session_id"] !== session) continue;
      await print(event);
      shown += 1;
      if (shown === count || event.type === until) return exitCodes.ok;
    }
    if (count !== undefined || until !== undefined) throw new Failure("closed", "the service has ended the connection");
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error;
    if (stop.late()) throw new Failure("timeout", `nothing that ends it has come within ${options.timeout} s`);
    return exitCodes.ok;
  } finally {
    stop.release();
    channel.close();
    setTimeout(() => process.stdout.writableLength === 0 && process.exit(), LINGER_MS).unref();
  }
}

/** Aborts with the first signal, and when the time is over; a second signal ends the process at once. */
function interrupted(timeout: string | undefined) {
  const stop = new AbortController();
  let late = false;
  const interrupt = () => (stop.signal.aborted ? process.exit(130) : stop.abort());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  const seconds = timeout === undefined ? undefined : wholeNumber(timeout, "--timeout", [1, LONGEST_TIMEOUT_S]);
  const timer =
    seconds === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          stop.abort();
        }, seconds * 1000);
  return { signal: stop.signal, late: () => late, release: () => clearTimeout(timer) };
}

/** Lines for people in a terminal, JSON lines for programs. A reader that is slow is waited for. */
function printerFor({ json, text, session }: FollowOptions): (event: SessionEvent) => Promise<void> {
  const forPeople = text || (!json && process.stdout.isTTY);
  return async (event) => {
    const line = forPeople ? eventLine(event, { withSession: session === undefined }) : `${safeJson(event)}\n`;
    if (!process.stdout.write(line)) await once(process.stdout, "drain");
  };
}

function statusTo(json: boolean | undefined): (words: string, facts: Readonly<Record<string, unknown>>) => void {
  return (words, facts) => process.stderr.write(json ? `${JSON.stringify(facts)}\n` : `${pc.dim(printable(words))}\n`);
}

function disconnected({ code, reason, retryInMs }: Disconnect): string {
  const why = reason ? `${code}, ${reason}` : String(code);
  return retryInMs === undefined
    ? `The connection is closed (${why}).`
    : `The connection is lost (${why}); the next try is in ${Math.ceil(retryInMs / 1000)} s.`;
}
