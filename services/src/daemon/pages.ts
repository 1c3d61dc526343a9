import { createHmac, randomBytes } from "node:crypto";
import { constantTimeEqual, Problem } from "@agentwire/kit/server";

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;

/** Page tokens: a position and a signature, so that only tokens which this process gave out are good. */
export class PageTokens {
  readonly #secret = randomBytes(32);

  issue(position: number): string {
    return Buffer.from(`${position}.${this.#sign(position)}`).toString("base64url");
  }

  /** @throws Problem `invalid_request` for a token of somebody else */
  read(token: string): number {
    const [position, signature, ...rest] = Buffer.from(token, "base64url").toString().split(".");
    const number = Number(position);
    const good = Number.isSafeInteger(number) && signature !== undefined && rest.length === 0;
    if (good && constantTimeEqual(signature, this.#sign(number))) return number;
    throw new Problem("invalid_request", "page_token was not given out by this server.");
  }

  #sign(position: number): string {
    return createHmac("sha256", this.#secret).update(String(position)).digest("hex").slice(0, 32);
  }
}

/** How many a page holds: what was asked for, up to a bound. */
export function pageSizeOf(wanted: number | undefined): number {
  return Math.min(wanted ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
}
