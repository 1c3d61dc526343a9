import { retryAfter } from "@agentwire/kit/client";
import { decode, SseDecoder } from "@agentwire/kit/streams";
import { messageOf, sleep } from "../../../shared/signals.js";
import { RunFailure } from "../../executor.js";
import type { ChatRequest, Chunk } from "./wire.js";

/** Where a model is. */
export interface Endpoint {
  /** Such as `https://api.openai.com/v1`; `/chat/completions` is appended. */
  readonly baseUrl: string;
  /** Sent as a bearer token. It appears in no error, log or event. */
  readonly apiKey?: string | undefined;
  /** Tries of a call beyond the first. Default 4. */
  readonly retries?: number;
  /** Milliseconds without a byte after which a call counts as lost. Default 120 000. */
  readonly idleTimeoutMs?: number;
}

/** A call was lost in a way in which the next may not be. */
export class Lost extends Error {
  override readonly name = "Lost";
  constructor(
    message: string,
    /** Milliseconds that the endpoint wants to be left alone. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

const LONGEST_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 500;
const ERROR_BYTES = 2000;

/**
 * One call, as chunks come.
 * @throws Lost for what may work again, a stream that was cut included
 * @throws RunFailure `model.rejected` for what will not
 */
export async function* streamChat(
  endpoint: Endpoint,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<Chunk, void, undefined> {
  const idle = new IdleTimer(endpoint.idleTimeoutMs ?? 120_000);
  try {
    const response = await post(endpoint, request, AbortSignal.any([signal, idle.signal]));
    if (!response.body) throw new Lost("the model's endpoint sent no body");
    for await (const { data } of decode(response.body, new SseDecoder())) {
      idle.touch();
      if (data === "[DONE]") return;
      yield chunkOf(data, endpoint);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Lost || error instanceof RunFailure) throw error;
    throw new Lost(withoutKey(`the connection to the model was lost: ${messageOf(error)}`, endpoint));
  } finally {
    idle.stop();
  }
}

/** Waits before the next try, for as long as the endpoint asks for. @throws RunFailure when there is no try left */
export async function waitBefore(attempt: number, lost: Lost, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  if (attempt > (endpoint.retries ?? 4)) {
    throw new RunFailure("model.unavailable", `The model cannot be asked: ${lost.message}.`, { retryable: true });
  }
  const wait = lost.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
  await sleep(Math.min(wait, LONGEST_WAIT_MS), signal);
}

async function post(endpoint: Endpoint, request: ChatRequest, signal: AbortSignal): Promise<Response> {
  const { baseUrl, apiKey } = endpoint;
  const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } }),
    // A redirect could take the key elsewhere.
    redirect: "error",
    signal,
  });
  if (response.ok) return response;
  const said = withoutKey((await response.text()).slice(0, ERROR_BYTES), endpoint);
  const message = `the endpoint answered ${response.status}: ${reasonIn(said)}`;
  if ([408, 409, 429].includes(response.status) || response.status >= 500) {
    throw new Lost(message, retryAfter(response.headers.get("retry-after")));
  }
  throw new RunFailure("model.rejected", `The model rejected the request: ${message}.`);
}

function chunkOf(data: string, endpoint: Endpoint): Chunk {
  let chunk: Chunk;
  try {
    chunk = JSON.parse(data) as Chunk;
  } catch {
    throw new Lost("the model's endpoint sent a chunk that is no JSON");
  }
  if (typeof chunk !== "object" || chunk === null)
    throw new Lost("the model's endpoint sent a chunk that is no object");
  if (chunk.error)
    throw new Lost(withoutKey(`the model reported an error: ${chunk.error.message ?? "unknown"}`, endpoint));
  return chunk;
}

function reasonIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: string } | string };
    return (typeof error === "string" ? error : error?.message) ?? body;
  } catch {
    return body;
  }
}

function withoutKey(text: string, { apiKey }: Endpoint): string {
  return apiKey ? text.replaceAll(apiKey, "[key]") : text;
}

/** Aborts when nothing has come for a while. */
class IdleTimer {
  readonly #control = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    const late = () => this.#control.abort(new Error(`nothing came for ${milliseconds} ms`));
    this.#timer = setTimeout(late, milliseconds).unref();
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  touch(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
