import type { ChannelDescription } from "../../operation.js";
import { equal } from "../../validation/checks/index.js";
import type { Validator } from "../../validation/types.js";
import { violationsOf } from "../../validation/violations.js";
import type { InvalidMessage } from "../options.js";
import { isObject, valueAt } from "../pointer.js";

/** How many ids are remembered to recognise a message that comes again. */
const REMEMBERED_IDS = 5000;

/** Reads the frames of a channel, over all of its connections: JSON, pongs, validity, repeats. */
export class MessageReader {
  /** The id of the last message, to resume after. */
  position: string | undefined;
  readonly #description: ChannelDescription;
  readonly #validator: Validator | undefined;
  readonly #deliver: (message: unknown) => void;
  readonly #refuse: (message: InvalidMessage) => void;
  /** In the order of their last appearance: a set keeps it. */
  readonly #ids = new Set<string>();

  /** Without a validator every JSON text is a message. */
  constructor(
    description: ChannelDescription,
    validator: Validator | undefined,
    deliver: (message: unknown) => void,
    refuse: (message: InvalidMessage) => void,
  ) {
    this.#description = description;
    this.#validator = validator;
    this.#deliver = deliver;
    this.#refuse = refuse;
  }

  /** Delivers the message of a frame, or reports that there is none in it. True when the frame answers a ping. */
  read(data: unknown): boolean {
    let message: unknown;
    try {
      // Text frames only: of bytes, `JSON.parse` would read "[object Blob]".
      message = JSON.parse(typeof data === "string" ? data : "");
    } catch {
      this.#refuse({ data, reason: typeof data === "string" ? "not JSON" : "a binary frame" });
      return false;
    }
    if (isPong(message, this.#description.heartbeat?.pong)) return true;
    if (this.#validator !== undefined && !this.#validator(message, true)) {
      const violations = violationsOf(this.#validator, message, true);
      this.#refuse({ data, reason: violations.map((each) => `${each.pointer} ${each.message}`).join("; ") });
    } else if (this.#isNew(message)) this.#deliver(message);
    return false;
  }

  #isNew(message: unknown): boolean {
    const pointer = this.#description.resume?.id;
    const id = pointer === undefined ? undefined : valueAt(message, pointer);
    if (typeof id !== "string" && typeof id !== "number") return true;
    const key = String(id);
    const known = this.#ids.delete(key);
    this.#ids.add(key);
    if (known) return false;
    this.position = key;
    const [oldest] = this.#ids;
    if (this.#ids.size > REMEMBERED_IDS && oldest !== undefined) this.#ids.delete(oldest);
    return true;
  }
}

/** A pong may hold more than the contract's, such as a time. */
function isPong(message: unknown, pong: unknown): boolean {
  if (pong === undefined) return false;
  if (!isObject(pong) || !isObject(message)) return equal(message, pong);
  return Object.entries(pong).every(([name, value]) => Object.hasOwn(message, name) && equal(message[name], value));
}
