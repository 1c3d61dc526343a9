import { GuardedServer, type Thing } from "./expected/index.js";

/** `health` is built in and `putThing` optional: neither has to be there. */
export class Service extends GuardedServer {
  getThing(): Thing {
    return { id: "a" };
  }
}

// @ts-expect-error `getThing` is required.
export class Unfinished extends GuardedServer {}
