import { type Logger, Problem } from "@agentwire/kit/server";
import { type Storage, StorageError } from "./storage.js";

/** The storage of a service, which notices when it fails. */
export interface GuardedStorage extends Storage {
  /** Whether it works, as far as is known. After a failure it is tried, with a write, each time that somebody asks. */
  works(): Promise<boolean>;
}

/** What is written to see whether it can be. */
const TRIAL = { put: [{ collection: "trial", id: "write", body: {} }] };

/**
 * The storage as a service uses it: what is wrong with it goes to the log, with the file's path, and callers hear only
 * that the service is not available (503).
 */
export function withProblems(storage: Storage, log: Logger): GuardedStorage {
  let hasFailed = false;
  let trying: Promise<boolean> | undefined;
  const failed = (error: unknown): never => {
    if (!(error instanceof StorageError)) throw error;
    hasFailed = true;
    log.error({ err: error, code: error.code }, "the storage failed");
    throw new Problem("unavailable", "The storage cannot be used right now.", { cause: error });
  };
  const guarded = <T>(work: Promise<T>): Promise<T> => work.catch(failed);
  const attempt = async (): Promise<boolean> => {
    try {
      await storage.commit(TRIAL);
      hasFailed = false;
    } catch {
      // Reported when it failed first.
    }
    trying = undefined;
    return !hasFailed;
  };
  return {
    location: storage.location,
    commit: (change) => guarded(storage.commit(change)),
    get: <Body>(collection: string, id: string) => guarded(storage.get<Body>(collection, id)),
    list: <Body>(...query: Parameters<Storage["list"]>) => guarded(storage.list<Body>(...query)),
    count: (...query) => guarded(storage.count(...query)),
    events: <Event>(...query: Parameters<Storage["events"]>) => guarded(storage.events<Event>(...query)),
    length: (stream) => guarded(storage.length(stream)),
    close: () => guarded(storage.close()),
    works: async () => {
      if (!hasFailed) return true;
      trying ??= attempt();
      return await trying;
    },
  };
}
