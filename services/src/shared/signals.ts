/** Waits, or rejects with the signal's reason. The timer keeps no process alive. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return raced(new Promise((resolve) => setTimeout(resolve, ms).unref()), signal);
}

/** The promise, or a rejection with the signal's reason as soon as it aborts. */
export async function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Whoever loses the race may still fail, and nobody would hear of it.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Milliseconds between tries: from the first on twice as many each time, up to the most. */
export interface Patience {
  readonly first: number;
  readonly most: number;
}

/**
 * Tries until it works, or until the signal aborts. Half of each wait is by chance, so that many who lost the same
 * thing do not come back for it at the same moment.
 * @throws what the last try threw, once the signal has aborted
 */
export async function backOff<T>(
  attempt: () => Promise<T>,
  { first, most }: Patience,
  signal: AbortSignal,
  onFailure: (error: unknown) => void = () => undefined,
): Promise<T> {
  for (let wait = first; ; wait = Math.min(2 * wait, most)) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw error;
      onFailure(error);
      await sleep(wait * (0.5 + Math.random() / 2), signal).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
