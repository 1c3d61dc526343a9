import { createHmac, randomBytes } from "node:crypto";
import { constantTimeEqual, Problem } from "@agentwire/kit/server";
import type { Storage } from "../storage/storage.js";

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;
const KEY = { collection: "secret", id: "page-tokens" };

/** Page tokens: a position and a signature, so that only tokens which were given out here are good. */
export class PageTokens {
  constructor(private readonly secret: Buffer = randomBytes(32)) {}

  /** Tokens that are still good after a restart: their secret is kept. @throws StorageError */
  static async open(storage: Storage): Promise<PageTokens> {
    const kept = await storage.get<{ readonly secret: string }>(KEY.collection, KEY.id);
    if (kept) return new PageTokens(Buffer.from(kept.body.secret, "base64url"));
    const secret = randomBytes(32);
    await storage.commit({ put: [{ ...KEY, body: { secret: secret.toString("base64url") } }] });
    return new PageTokens(secret);
  }

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
    return createHmac("sha256", this.secret).update(String(position)).digest("hex").slice(0, 32);
  }
}

/** How many a page holds: what was asked for, up to a bound. */
export function pageSizeOf(wanted: number | undefined): number {
  return Math.min(wanted ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
}
