import type { GuardedStorage } from "../storage/problems.js";

/** Where each service says whether to send it requests. */
export const READINESS_PATH = "/ready";

/** What keeps a service that has to be opened, and then needs its storage, from serving; undefined for nothing. */
export async function obstacleOf(opening: Promise<GuardedStorage>): Promise<string | undefined> {
  try {
    const storage = await Promise.race([opening, undefined]);
    if (!storage) return "The service is starting.";
    return (await storage.works()) ? undefined : "The storage cannot be used right now.";
  } catch {
    return "What the service has kept cannot be read.";
  }
}
