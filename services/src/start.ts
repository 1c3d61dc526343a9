/** `npm start`: the contracts, the services and the clients at work, step by step. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import { clientsOf } from "./demo/clients.js";
import { showContracts } from "./demo/contracts.js";
import { showConversation } from "./demo/conversation.js";
import { inviteToTry } from "./demo/invitation.js";
import { Narrator } from "./demo/narrator.js";
import { type DemoOptions, HELP, readOptions, UsageError } from "./demo/options.js";
import { checkPorts } from "./demo/ports.js";
import { showRun } from "./demo/run.js";
import { showServices } from "./demo/services.js";
import { wholeStack } from "./demo/stack.js";
import { raced } from "./shared/signals.js";
import { type Stack, startStack } from "./stack.js";

const STOPPED = Symbol("stopped by a signal");

/** The whole demonstration; returns the exit code. */
async function demonstrate({ goal, once, ports }: DemoOptions, stop: AbortSignal): Promise<number> {
  const tell = new Narrator((text) => process.stdout.write(text));
  let stack: Stack | undefined;
  await checkPorts(ports);
  const data = await mkdtemp(join(tmpdir(), "agentwire-demo-"));
  try {
    await raced(showContracts(tell), stop);
    tell.step("Start the services");
    stack = await startStack({ ports, data });
    const whole = wholeStack(stack);
    const clients = clientsOf(whole);
    tell.fact("data", data);
    await raced(showServices(tell, whole, clients), stop);
    tell.step("Give a goal to the daemon");
    const run = await raced(showRun(tell, clients, goal), stop);
    tell.step("Let two agents talk about it");
    const talk = await raced(showConversation(tell, whole, clients, run.answer), stop);
    tell.step("Try it yourself");
    inviteToTry(tell, whole, run, talk);
    if (!once) {
      process.stdout.write(`\n${pc.bold("The services are up.")} Press Ctrl-C to stop them.\n`);
      await raced(new Promise(() => undefined), stop);
    }
  } catch (error) {
    if (error !== STOPPED) throw error;
    process.stdout.write("\nStopping.\n");
  } finally {
    await stack?.close();
    await rm(data, { recursive: true, force: true });
  }
  if (once) process.stdout.write(`\n${pc.green("Everything works.")} The services are closed.\n`);
  return 0;
}

/** Aborts on the first signal; a second one ends the process at once. */
function onInterrupt(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort(STOPPED)));
  }
  return stop.signal;
}

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options) return await demonstrate(options, onInterrupt());
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${pc.red("error:")} ${message}\n`);
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write("Try --help.\n");
    return 2;
  }
}

// Set, not called: the process ends by itself, and a timer that was left hanging would show.
process.exitCode = await main();
