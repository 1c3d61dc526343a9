import { InvalidResponseError } from "./errors.js";
import type { Answer, Plan, Trial } from "./plan.js";

/** 64 MiB. */
const DEFAULT_MAX_BYTES = 2 ** 26;
const utf8 = new TextDecoder();

/** Media type of the answer in lower case, without parameters. */
export function essence(answer: Answer): string {
  const type = answer.header ? answer.header("content-type") : answer.headers.get("content-type");
  return type?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** The whole body; throws `InvalidResponseError` as soon as it is larger than the limit. */
export async function chunksOf(
  { engine, row }: Plan,
  answer: Answer,
  trial: Trial,
  maxBytes = engine.options.maxResponseBytes ?? DEFAULT_MAX_BYTES,
): Promise<Uint8Array[]> {
  const whole = answer.chunks?.(maxBytes);
  const reader = whole ? undefined : answer.body?.getReader();
  try {
    const chunks = await (whole ?? trial.wait(collect(reader, maxBytes)));
    if (chunks) return chunks;
    throw new InvalidResponseError(row.name, `response: the body has more than ${maxBytes} bytes`);
  } catch (error) {
    reader?.cancel().catch(() => {});
    throw trial.explain(error);
  }
}

/** The chunks as they come; `undefined` when they have more bytes than allowed. */
async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  maxBytes: number,
): Promise<Uint8Array[] | undefined> {
  const chunks: Uint8Array[] = [];
  for (let length = 0; length <= maxBytes; ) {
    const value = (await reader?.read())?.value;
    if (!value) return chunks;
    length += value.length;
    chunks.push(value);
  }
  return undefined;
}

/** Bad UTF-8 becomes U+FFFD. */
export function textIn(chunks: readonly Uint8Array[]): string {
  return chunks.length < 2
    ? utf8.decode(chunks[0])
    : chunks.map((chunk) => utf8.decode(chunk, { stream: true })).join("") + utf8.decode();
}

export function bytesIn(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
