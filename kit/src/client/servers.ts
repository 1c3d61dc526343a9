import type { ClientOptions } from "./options.js";
import type { Part } from "./part.js";
import type { Engine } from "./plan.js";
import type { Row, ServiceFacts } from "./row.js";

/** One of the contract's servers, by its place in the list, and its variables; those left out have their defaults. */
export interface ServerChoice {
  readonly index: number;
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/**
 * The URL of one of the contract's servers, the first by default. Throws `TypeError` for a server or variable that the
 * contract does not have, a value outside of its enum, or one that would change more of the URL than its place.
 */
export function serverUrl(
  { servers = [] }: Pick<ServiceFacts, "servers">,
  { index, variables = {} }: ServerChoice = { index: 0 },
): string {
  const server = servers[index];
  if (server === undefined) throw new TypeError(`the contract has no server ${index}`);
  const declared = server.variables ?? {};
  const unknown = Object.keys(variables).find((name) => !Object.hasOwn(declared, name));
  if (unknown !== undefined) throw new TypeError(`the server has no variable "${unknown}"`);
  return server.url.replace(/\{([^{}]*)\}/g, (whole, name: string, offset: number) => {
    const variable = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (variable === undefined) return whole;
    const value = variables[name];
    if (value === undefined) return variable.default;
    // Within the authority a slash would name another host.
    const unsafe = /^[a-z][a-z0-9+.-]*:\/\/[^/]*$/i.test(server.url.slice(0, offset)) ? /[/?#@\\\s]/ : /[?#\\\s]/;
    if (variable.enum ? !variable.enum.includes(value) : unsafe.test(value)) {
      throw new TypeError(`"${value}" cannot be the server's ${name}`);
    }
    return value;
  });
}

/** The options of a client whose contract has servers: it goes to the one that they choose, unless they have a `baseUrl`. */
export function withServer<Options extends ClientOptions>(
  service: ServiceFacts,
  { server, ...options }: Options = {} as Options,
): Omit<Options, "server"> {
  return { ...options, baseUrl: options.baseUrl ?? (server ? serverUrl(service, server) : defaultUrl(service)) };
}

/** The part that sends operations with servers of their own to the first of these, unless the client has a `baseUrl`. */
export function ownServers({ baseUrl }: ClientOptions = {}): Part {
  if (baseUrl) return {};
  const located = new Map<Row, Engine>();
  return {
    locate: (row, engine) => {
      const { servers } = row;
      if (!servers) return undefined;
      const known = located.get(row);
      if (known) return known;
      const own = { ...engine, baseUrl: new URL(serverUrl({ servers }), engine.baseUrl).href.replace(/\/+$/, "") };
      located.set(row, own);
      return own;
    },
  };
}

/** Where calls go by default: the contract's first server, where its URL is whole. */
function defaultUrl(service: ServiceFacts): string {
  const url = service.servers?.length ? serverUrl(service) : "";
  return /^https?:/i.test(url) ? url : "http://localhost";
}
