/**
 * Closes a server when the process is told to end, and then lets it end: once the last server of the process
 * has drained, the signal is sent again with nobody left to catch it.
 * @returns takes the handlers back
 */
export function onSignals(signals: boolean | readonly NodeJS.Signals[], close: () => Promise<void>): () => void {
  const names: readonly NodeJS.Signals[] = signals === true ? ["SIGTERM"] : signals === false ? [] : signals;
  const handlers = names.map((name) => {
    const handler = (): void => {
      void close().then(() => {
        if (process.listenerCount(name) === 0) process.kill(process.pid, name);
      });
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  return () => {
    for (const [name, handler] of handlers) process.removeListener(name, handler);
  };
}
