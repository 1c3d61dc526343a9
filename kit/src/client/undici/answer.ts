import { Duplex } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Answer } from "../plan.js";
import type { Controller } from "./exchange.js";

/** Bytes that may wait for a reader before the connection is told to. */
const HIGH_WATER_BYTES = 64 * 1024;

const decoders: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

const nothing = (): void => {};

type Fields = Readonly<Record<string, string | string[] | undefined>>;
type Through = ReadableWritablePair<Uint8Array, Uint8Array>;

/** An answer as undici hands it over: chunks that wait until somebody wants all of them, or a stream. */
export class DispatchedAnswer implements Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly #controller: Controller;
  readonly #fields: Fields;
  #headers: Headers | undefined;
  #body: ReadableStream<Uint8Array> | undefined;
  /** What came and nobody took. */
  #waiting: Uint8Array[] = [];
  #length = 0;
  #end: { readonly error?: unknown } | undefined;
  /** Called with every change, by whoever waits for one. */
  #changed = nothing;

  constructor(controller: Controller, status: number, fields: Fields) {
    this.#controller = controller;
    this.status = status;
    this.ok = status > 199 && status < 300;
    this.#fields = fields;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new Headers();
      for (const [name, value] of Object.entries(this.#fields)) {
        for (const each of Array.isArray(value) ? value : [value ?? ""]) this.#headers.append(name, each);
      }
    }
    return this.#headers;
  }

  header(name: string): string | null {
    const value = this.#fields[name];
    return (Array.isArray(value) ? value.join(", ") : value) ?? null;
  }

  get body(): ReadableStream<Uint8Array> {
    this.#body ??= this.#decoder
      ? this.#stream().pipeThrough(Duplex.toWeb(this.#decoder()) as Through)
      : this.#stream();
    return this.#body;
  }

  text(): Promise<string> {
    return new Response(this.body).text();
  }

  push(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    this.#length += chunk.length;
    if (this.#length >= HIGH_WATER_BYTES) this.#controller.pause();
    this.#changed();
  }

  end(): void {
    this.#end = {};
    this.#changed();
  }

  fail(error: unknown): void {
    this.#end = { error };
    this.#changed();
  }

  get #decoder(): (() => Duplex) | undefined {
    const encoding = this.header("content-encoding")?.trim().toLowerCase() ?? "";
    return Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  }

  chunks(maxBytes: number): Promise<Uint8Array[] | undefined> | undefined {
    // What is compressed has to go through its stream.
    if (this.#decoder) return undefined;
    return new Promise((resolve, reject) => {
      this.#changed = () => {
        if (this.#length > maxBytes) {
          resolve(undefined);
          this.#abort();
        } else if (this.#end === undefined) this.#controller.resume();
        else if ("error" in this.#end) reject(this.#end.error);
        else resolve(this.#waiting);
      };
      this.#changed();
    });
  }

  #stream(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: (into) =>
        new Promise<void>((resolve) => {
          this.#changed = () => {
            const chunk = this.#waiting.shift();
            if (chunk !== undefined) {
              this.#length -= chunk.length;
              into.enqueue(chunk);
            } else if (this.#end === undefined) return this.#controller.resume();
            else if ("error" in this.#end) into.error(this.#end.error);
            else into.close();
            this.#changed = nothing;
            resolve();
          };
          this.#changed();
        }),
      cancel: () => this.#abort(),
    });
  }

  #abort(): void {
    if (this.#end === undefined) this.#controller.abort(new Error("nobody reads this answer"));
  }
}
