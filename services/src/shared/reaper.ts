import { type ChildProcess, spawn } from "node:child_process";

/**
 * Reads process groups to watch (`+ 12`) and to forget (`- 12`). Its input ends when this process does, in whatever way,
 * `kill -9` included: then it kills the groups that are left.
 */
const SCRIPT = `
groups=" "
while read -r sign group; do
  case "$sign" in
    +) groups="$groups$group " ;;
    -) case "$groups" in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

let reaper: ChildProcess | undefined;

/** Has a process group killed when this process dies without a chance to do so. Not on Windows, which has no such groups. */
export function reapWith(group: number): void {
  if (process.platform === "win32") return;
  reaper ??= start();
  reaper.stdin?.write(`+ ${group}\n`);
}

/** The group has ended; its number may soon be another's. */
export function forget(group: number): void {
  reaper?.stdin?.write(`- ${group}\n`);
}

function start(): ChildProcess {
  const child = spawn("/bin/sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], detached: true, env: {} });
  child.stdin.on("error", () => undefined);
  child.on("error", () => undefined);
  child.once("exit", () => (reaper = undefined));
  // It waits for this process, never the other way round.
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
