import { type Logger, Problem } from "@agentwire/kit/server";
import { type Storage, StorageError } from "./storage.js";

/**
 * The storage as a service uses it: what is wrong with it goes to the log, with the file's path, and callers hear only
 * that the service is not available (503).
 */
export function withProblems(storage: Storage, log: Logger): Storage {
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      log.error({ err: error, code: error.code }, "the storage failed");
      throw new Problem("unavailable", "The storage cannot be used right now.", { cause: error });
    }
  };
  return {
    location: storage.location,
    commit: (change) => guarded(storage.commit(change)),
    get: <Body>(collection: string, id: string) => guarded(storage.get<Body>(collection, id)),
    list: <Body>(...query: Parameters<Storage["list"]>) => guarded(storage.list<Body>(...query)),
    events: <Event>(...query: Parameters<Storage["events"]>) => guarded(storage.events<Event>(...query)),
    length: (stream) => guarded(storage.length(stream)),
    close: () => guarded(storage.close()),
  };
}
