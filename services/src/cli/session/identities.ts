import { existsSync, rmSync } from "node:fs";
import { stateRoot } from "../../session/operator/places.js";
import { printJson } from "../remote.js";
import { Credentials } from "./credentials.js";
import { reported } from "./failure.js";
import { handleOf } from "./handle.js";
import { identityPath, nearestIdentity, writeIdentity } from "./identity-file.js";
import { networkNamed } from "./networks.js";
import { say } from "./say.js";

interface IdentityOptions {
  readonly network?: string;
  readonly json?: boolean;
}

/** `agentwire identity set`: of the working folder. */
export function setIdentity(given: string, options: IdentityOptions): Promise<number> {
  return reported(options.json, async () => {
    const network = networkNamed(options.network);
    const identity = { handle: handleOf(given), network, filePath: identityPath(process.cwd()) };
    writeIdentity(identity);
    const { handle } = identity;
    say(options, identity, `In this folder and below it, ${handle} acts on the network "${network}".`);
    if (options.json || existsSync(new Credentials(stateRoot(), network).pathOf(handle))) return;
    process.stdout.write(`Its token is not kept here: \`agentwire agent register ${handle}\` makes one.\n`);
  });
}

/** `agentwire identity show`: that of the nearest folder, whatever the environment says. */
export function showIdentity(options: IdentityOptions): Promise<number> {
  return reported(options.json, async () => {
    const identity = nearestIdentity();
    if (options.json) return printJson(identity ?? null);
    say(
      options,
      identity,
      identity
        ? `${identity.handle} on the network "${identity.network}" (${identity.filePath})`
        : "No identity is set for this folder.",
    );
    const { AGENTWIRE_AGENT: agent } = process.env;
    if (agent) say(options, agent, `AGENTWIRE_AGENT wins: ${agent} acts.`);
  });
}

/** `agentwire identity clear`: of the working folder alone; others use those above it. */
export function clearIdentity(options: IdentityOptions): Promise<number> {
  return reported(options.json, async () => {
    const filePath = identityPath(process.cwd());
    const cleared = existsSync(filePath);
    rmSync(filePath, { force: true });
    const above = nearestIdentity();
    const words = cleared ? `${filePath} is removed.` : "No identity is set in this folder.";
    say(options, { cleared }, above ? `${words} That of ${above.filePath} counts now.` : words);
  });
}
