import { readFileSync, statSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ContentPart, MessageContent } from "@agentwire/models/session";
import { messageOf } from "../../shared/signals.js";
import { misuse } from "./failure.js";

/** What a message may be made of, on the command line. */
export interface ContentOptions {
  readonly stdin?: boolean;
  readonly file?: readonly string[];
  readonly image?: readonly string[];
  readonly data?: readonly string[];
  /** The content as JSON; excludes all else. */
  readonly content?: string;
}

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
};

/** The most that an operator takes, of which a picture in a message is a third larger than its file. */
const MAX_STDIN_BYTES = 1024 * 1024;
const MAX_IMAGE_BYTES = 700 * 1024;

/** A text alone stays one; with anything beside it, it is the first part. @throws Failure */
export async function contentOf(message: string | undefined, options: ContentOptions): Promise<MessageContent> {
  const { stdin, file = [], image = [], data = [], content } = options;
  const isPlain = message === undefined && !stdin && file.length + image.length + data.length === 0;
  if (content !== undefined) {
    if (!isPlain) throw misuse("--content is the whole message: leave out the others");
    return json(content, "--content") as MessageContent;
  }
  if (message !== undefined && stdin) throw misuse("the message is given twice: as an argument, and with --stdin");
  if (isPlain) throw misuse("there is nothing to send: give a message, --stdin, --file, --image, --data or --content");
  const text = stdin ? await standardInput() : message;
  const parts: ContentPart[] = [...file.map(filePart), ...image.map(imagePart), ...data.map(dataPart)];
  if (parts.length === 0) return text ?? "";
  return text === undefined ? parts : [{ type: "text", text }, ...parts];
}

/** A file is not sent, only where it is: a path becomes a `file:` address, of use to agents on this machine. */
function filePart(given: string): ContentPart {
  if (isUrl(given)) return { type: "file", url: given };
  const path = resolve(given);
  const { size } = existing(path, "--file");
  return { type: "file", url: pathToFileURL(path).href, name: basename(path), size };
}

function imagePart(given: string): ContentPart {
  if (given.startsWith("data:")) return { type: "image", data_uri: given };
  if (isUrl(given)) return { type: "image", url: given };
  const path = resolve(given);
  const mime_type = IMAGE_TYPES[extname(path).toLowerCase()];
  if (mime_type === undefined) {
    throw misuse(`--image takes an address, or a file of ${Object.keys(IMAGE_TYPES).join(", ")}, not "${given}"`);
  }
  if (existing(path, "--image").size > MAX_IMAGE_BYTES) {
    throw misuse(`--image: ${given} is too large for a message, which takes ${MAX_IMAGE_BYTES / 1024} KiB`);
  }
  const bytes = readFileSync(path).toString("base64");
  return { type: "image", data_uri: `data:${mime_type};base64,${bytes}`, mime_type, name: basename(path) };
}

function dataPart(given: string): ContentPart {
  const data = json(given, "--data");
  if (typeof data === "object" && data !== null && !Array.isArray(data)) {
    return { type: "data", data: data as Record<string, unknown> };
  }
  throw misuse(`--data takes a JSON object, not ${given}`);
}

function json(text: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misuse(`${option} takes JSON: ${messageOf(error)}`);
  }
}

function existing(path: string, option: string): { readonly size: number } {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return found;
  throw misuse(`${option}: there is no file ${path}`);
}

/** A letter alone before the colon is a drive. */
function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(text) && URL.canParse(text);
}

/** All of it, without the line end that `echo` and editors put behind the last line. */
async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_STDIN_BYTES) throw misuse(`--stdin takes up to ${MAX_STDIN_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
