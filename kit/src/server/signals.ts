/**
 * Closes a server when the process is told to end, and then ends it: once the last server of the process has drained,
 * it exits (with 0, or the `process.exitCode` that it has set), unless somebody else still listens for the signal.
 * @returns takes the handlers back
 */
export function onSignals(signals: boolean | readonly NodeJS.Signals[], close: () => Promise<void>): () => void {
  const names: readonly NodeJS.Signals[] = signals === true ? ["SIGTERM"] : signals === false ? [] : signals;
  const handlers = names.map((name) => {
    const handler = (): void => {
      void close().then(() => {
        if (process.listenerCount(name) === 0) process.exit();
      });
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  return () => {
    for (const [name, handler] of handlers) process.removeListener(name, handler);
  };
}
