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
