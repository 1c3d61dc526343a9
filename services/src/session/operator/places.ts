import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** Where the files of one network are. */
export interface NetworkPlaces {
  readonly folder: string;
  /** Held by the supervisor for as long as it lives. */
  readonly lock: string;
  readonly record: string;
  readonly database: string;
  /** New at each start, and gone when the network stops. */
  readonly adminToken: string;
  /** The process that serves; the supervisor's is in the registry. */
  readonly operatorPid: string;
  readonly log: string;
  /** A file for the token of each agent that was registered here. */
  readonly credentials: string;
}

/** The folder of everything that is kept about the networks of this user. */
export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const { AGENTWIRE_STATE_DIR: own, XDG_STATE_HOME: shared } = environment;
  if (own) return resolve(own);
  // The XDG specification has relative paths ignored.
  return join(shared && isAbsolute(shared) ? shared : join(homedir(), ".local", "state"), "agentwire");
}

/** `name` has been checked: it becomes part of paths. */
export function networkPlaces(root: string, name: string): NetworkPlaces {
  const folder = join(root, "networks", name);
  return {
    folder,
    lock: join(folder, "supervisor.lock"),
    record: join(folder, "network.json"),
    database: join(folder, "session.db"),
    adminToken: join(folder, "admin.token"),
    operatorPid: join(folder, "operator.pid"),
    log: join(folder, "logs", "server.log"),
    credentials: join(folder, "credentials"),
  };
}
