import { SessionClient } from "@agentwire/client/session";
import { ApiError, bearer, ConnectionError, TimeoutError } from "@agentwire/kit/client";
import { urlOf } from "../../session/operator/address.js";
import { readIfThere } from "../../session/operator/files.js";
import { networkPlaces, stateRoot } from "../../session/operator/places.js";
import { messageOf } from "../../shared/signals.js";
import { Credentials } from "./credentials.js";
import { Failure, misuse, reported } from "./failure.js";
import { handleOf } from "./handle.js";
import { nearestIdentity } from "./identity-file.js";
import { networkNamed, runningNetwork } from "./networks.js";

const TIMEOUT_MS = 10_000;
/** With the waits between them, some seconds. */
const RETRIES_HERE = 5;
const RETRIES_ELSEWHERE = 1;

/** Options of every command that talks to an operator. */
export interface AdminOptions {
  readonly network?: string;
  /** An operator elsewhere, such as one of `agentwire up`. */
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** Options of every command that an agent acts with. */
export interface AgentOptions extends AdminOptions {
  readonly as?: string;
}

/** An operator, and who is talking to it. */
export interface Target {
  readonly client: SessionClient;
  readonly url: string;
  /** For messages: the network, or else the address. */
  readonly where: string;
  /** The agent that acts, where that is known: a token alone is enough. */
  readonly handle: string | undefined;
  /** Where tokens of agents are kept; nowhere for an operator elsewhere. */
  readonly credentials: Credentials | undefined;
}

/** Runs a command of the administrator; what goes wrong is told. */
export function withAdmin(options: AdminOptions, work: (target: Target) => Promise<unknown>): Promise<number> {
  return reported(options.json, async () => {
    const target = options.url === undefined ? localAdmin(options) : elsewhere(options.url, options);
    return await explained(target, "the token of the administrator", () => work(target));
  });
}

/** Runs a command of an agent; what goes wrong is told. */
export function withAgent(options: AgentOptions, work: (target: Target) => Promise<unknown>): Promise<number> {
  return reported(options.json, async () => {
    const target = options.url === undefined ? localAgent(options) : elsewhere(options.url, options);
    return await explained(target, "the token", () => work(target));
  });
}

function localAdmin({ network, token }: AdminOptions): Target {
  const root = stateRoot();
  const name = networkNamed(network);
  const entry = runningNetwork(root, name);
  const own = token ?? readIfThere(networkPlaces(root, name).adminToken);
  if (own === undefined) {
    throw new Failure("no_credential", `there is no token of the administrator for the network "${name}"`, {
      advice: "Start the network again, or give the token with --token.",
    });
  }
  return target(urlOf(entry), own, `the network "${name}"`, { credentials: new Credentials(root, name) });
}

function localAgent({ network, token, as }: AgentOptions): Target {
  const root = stateRoot();
  const { handle, name } = identityOf(network, as);
  if (handle === undefined && token === undefined) {
    throw new Failure("no_identity", "it is not said which agent acts", {
      advice: "Say it with --as, with AGENTWIRE_AGENT, or for this folder with `agentwire identity set @owner.agent`.",
    });
  }
  const entry = runningNetwork(root, name);
  const credentials = new Credentials(root, name);
  const own = token ?? (handle === undefined ? undefined : credentials.read(handle));
  if (own === undefined) {
    throw new Failure("no_credential", `no token of ${handle} is kept for the network "${name}"`, {
      advice:
        `Register it with \`agentwire agent register ${handle}\`, give it a new one with ` +
        `\`agentwire agent rotate-token ${handle}\`, or give its token with --token.`,
    });
  }
  // Whose a given token is, only the operator knows.
  const known = token === undefined ? handle : as;
  return target(urlOf(entry), own, `the network "${name}"`, { handle: known, credentials });
}

/** Who acts, and where: said, else of the environment, else of this folder or one above it. */
function identityOf(network: string | undefined, as: string | undefined) {
  const said = as ?? (process.env["AGENTWIRE_AGENT"] || undefined);
  // Who says who acts does not mean the network of somebody else.
  const here = as === undefined ? nearestIdentity() : undefined;
  const handle = said === undefined ? here?.handle : handleOf(said);
  return { handle, name: networkNamed(network, here?.network) };
}

/** The token of the environment is for an operator elsewhere; it would hide the tokens that are kept for those here. */
function elsewhere(url: string, { network, token, as }: AgentOptions): Target {
  if (network !== undefined) throw misuse("--url says where the operator is, and so does --network: choose one");
  const own = token ?? process.env["AGENTWIRE_TOKEN"];
  if (!own) throw misuse("--url needs a token: give it with --token or AGENTWIRE_TOKEN");
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw misuse(`--url takes an http or https address, not "${url}"`);
  return target(url, own, url, { handle: as === undefined ? undefined : handleOf(as) });
}

function target(
  url: string,
  token: string,
  where: string,
  more: { readonly handle?: string | undefined; readonly credentials?: Credentials },
): Target {
  if (!/^[\x21-\x7e]+$/.test(token.trim()))
    throw misuse("the token is none: it is empty, or has spaces or the like in it");
  // A network that runs here and does not answer is being started again.
  const retries = more.credentials ? RETRIES_HERE : RETRIES_ELSEWHERE;
  const client = new SessionClient({ baseUrl: url, auth: bearer(token.trim()), timeoutMs: TIMEOUT_MS, retries });
  return { client, url, where, handle: more.handle, credentials: more.credentials };
}

/** Says of a failure what it means for who called. */
async function explained<T>({ where, url, handle }: Target, token: string, work: () => Promise<T>): Promise<T> {
  const isHere = where !== url;
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof TimeoutError) {
      throw isHere
        ? new Failure("unreachable", `${where} does not answer at ${url}`, {
            advice: "It may be starting again: `agentwire network logs` tells.",
          })
        : new Failure("unreachable", `no session service answers at ${url}`);
    }
    if (error instanceof ApiError && error.status === 401) {
      const whose = handle === undefined ? token : `the token of ${handle}`;
      throw new Failure(error.code ?? "unauthorized", `${where} does not take ${whose}: ${messageOf(error)}`, {
        status: 401,
        advice: isHere && handle ? `\`agentwire agent rotate-token ${handle}\` makes a new one.` : undefined,
      });
    }
    throw error;
  }
}
