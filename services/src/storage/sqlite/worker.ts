/** The thread that owns the databases of a process: a disk that takes its time holds up nobody else. */
import { type MessagePort, parentPort } from "node:worker_threads";
import { Database } from "./database.js";
import { storageError } from "./errors.js";
import type { Reply, Request } from "./protocol.js";

interface Open {
  readonly path: string;
  readonly database: Database;
  /** The failure that ended an era of commits. */
  failure?: { readonly era: number; readonly error: unknown };
}

const databases = new Map<number, Open>();

function answer(request: Request): unknown {
  if (request.kind === "open") {
    databases.set(request.database, { path: request.path, database: new Database(request.path) });
    return undefined;
  }
  const open = databases.get(request.database);
  if (!open) return undefined;
  const { database } = open;
  switch (request.kind) {
    case "commit":
      return commit(open, request);
    case "get":
      return database.get(request.collection, request.id);
    case "list":
      return database.list(request.collection, request);
    case "count":
      return database.count(request.collection, request.labels);
    case "events":
      return database.events(request.stream, request.from, request.limit);
    case "length":
      return database.length(request.stream);
    case "close":
      databases.delete(request.database);
      return database.close();
  }
}

/** What was sent behind a commit that failed must not be kept without it. */
function commit(open: Open, { text, weight, era }: Request & { readonly kind: "commit" }): void {
  if (open.failure?.era === era) throw open.failure.error;
  try {
    open.database.write(text, weight);
  } catch (error) {
    open.failure = { era, error };
    throw error;
  }
}

function serve(port: MessagePort): void {
  port.on("message", (request: Request) => {
    const { number } = request;
    let reply: Reply;
    try {
      reply = { number, result: answer(request) };
    } catch (error) {
      const path = request.kind === "open" ? request.path : (databases.get(request.database)?.path ?? "");
      const { code, message } = storageError(error, path);
      reply = { number, error: { code, message } };
    }
    port.postMessage(reply);
  });
}

if (parentPort) serve(parentPort);
