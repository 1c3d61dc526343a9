/** Leaders of the process groups that this process has started. */
const groups = new Set<number>();

/** Windows has no process groups; there a child is ended alone. */
export const HAS_GROUPS = process.platform !== "win32";

/** Sends a signal to a whole group; one that is gone is no fault. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(HAS_GROUPS ? -pid : pid, signal);
  } catch {
    // it has ended already
  }
}

/** From now on the group ends with this process, however that ends short of a kill. */
export function tieGroup(pid: number): void {
  if (groups.size === 0) process.on("exit", killAll);
  groups.add(pid);
}

/** Ends what is left of a group whose leader has ended. */
export function releaseGroup(pid: number): void {
  signalGroup(pid, "SIGKILL");
  groups.delete(pid);
  if (groups.size === 0) process.off("exit", killAll);
}

function killAll(): void {
  for (const pid of groups) signalGroup(pid, "SIGKILL");
}
