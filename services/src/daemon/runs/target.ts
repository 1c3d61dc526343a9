import type { RuntimeClient } from "@agentwire/client/runtime";

/** A runtime that a run has been sent to: an instance, or an address that the request named. */
export interface Target {
  /** Asked for before every call: a restart may have moved it. */
  readonly client: RuntimeClient;
  /** How often its process has been started again. */
  readonly restarts: number;
  /** Aborts when it is stopped for good. */
  readonly gone: { readonly signal: AbortSignal };
  /** Resolves when it can be asked. @throws what aborted the signal, or why it is gone */
  untilReady(signal: AbortSignal): Promise<void>;
}

/** A runtime at an address: there is nothing to wait for. */
export function endpointTarget(client: RuntimeClient): Target {
  return {
    client,
    restarts: 0,
    gone: new AbortController(),
    untilReady: async (signal) => signal.throwIfAborted(),
  };
}
