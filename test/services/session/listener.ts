import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

/** An event as it came. */
export interface Frame {
  readonly type: string;
  readonly session_id: string;
  readonly event_id: string;
  readonly sequence: number;
  readonly created_at: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Events in few words: `3 joined`. */
export function courseOf(events: readonly { readonly sequence: number; readonly type: string }[]): string[] {
  return events.map(({ sequence, type }) => `${sequence} ${type.replace("session.", "")}`);
}

/** Enough for a loaded machine; whoever waits for nothing at all waits `QUIET_MS`. */
const PATIENCE_MS = 15_000;
const QUIET_MS = 150;
const MOST_SHOWN = 20;

/**
 * One socket of an agent, without a client of ours in between: nothing is filtered, sorted or asked for again. Only one
 * at a time may wait for something on it.
 */
export class Listener {
  /** Everything that came, in order. */
  readonly frames: Frame[] = [];
  /** How it was closed, once it is. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #pongs = 0;
  #read = 0;
  #changed: () => void = () => undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type === "pong") this.#pongs += 1;
      else this.frames.push(frame);
      this.#changed();
    });
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#changed();
      });
    });
  }

  /** @throws when the upgrade is refused */
  static async open(base: string, token: string, query = ""): Promise<Listener> {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${base.replace("http", "ws")}/connect${query}`, { headers });
    const listener = new Listener(socket);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return listener;
  }

  /** The next event of this type and session with this in its payload. What comes before it is dropped for good. */
  async next(type: string, session_id: string, payload: object = {}): Promise<Frame> {
    const wanted = (frame: Frame): boolean =>
      frame.type === `session.${type}` &&
      frame.session_id === session_id &&
      Object.entries(payload).every(([name, value]) => isDeepStrictEqual(frame.payload[name], value));
    for (;;) {
      await this.until(() => this.frames.length > this.#read, `${type} ${JSON.stringify(payload)}`);
      const frame = this.frames[this.#read] as Frame;
      this.#read += 1;
      if (wanted(frame)) return frame;
    }
  }

  /** Waits for so many events of a session, and gives all of it there are, in few words. */
  async course(session_id: string, count: number): Promise<string[]> {
    await this.until(() => this.of(session_id).length >= count, `${count} events`);
    return courseOf(this.of(session_id));
  }

  of(session_id: string): Frame[] {
    return this.frames.filter((frame) => frame.session_id === session_id);
  }

  /** Gives what is under way the time to come: the socket has answered, and nothing has come since for a while. */
  async quiet(milliseconds = QUIET_MS): Promise<void> {
    const pongs = this.#pongs;
    this.socket.send('{"type":"ping"}');
    await this.until(() => this.#pongs > pongs, "a pong");
    for (let length = -1; length !== this.frames.length; await wait(milliseconds)) length = this.frames.length;
  }

  /** Waits for a condition that depends on what comes. @throws when it is not met in time, with the last that came */
  async until(met: () => boolean, what: string): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#changed();
    }, PATIENCE_MS);
    while (!met()) {
      if (late || this.socket.readyState === WebSocket.CLOSED) {
        clearTimeout(timer);
        throw new Error(`no ${what} came, but ${JSON.stringify(this.frames.slice(-MOST_SHOWN))}`);
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    clearTimeout(timer);
  }

  /** Says goodbye, and waits until the socket is gone. */
  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

/** A socket that goes when the test is over, should it still be there. */
export async function listening(agent: { listen(): Promise<Listener> }): Promise<Listener> {
  const listener = await agent.listen();
  onTestFinished(() => listener.socket.terminate());
  return listener;
}
