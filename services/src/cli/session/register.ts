import type { Command } from "commander";
import type { Host } from "../host.js";
import { examples, exitCodes } from "./help.js";

/** Adds the commands of the session operator. Each loads when it runs. */
export function registerSessionCommands(cli: Command, host: Host): void {
  networkCommands(cli, host);
  agentCommands(cli, host);
  permissionCommands(cli, host);
  sessionCommands(cli, host);
  identityCommands(cli, host);
  streamCommands(cli, host);
}

function networkCommands(cli: Command, host: Host): void {
  const network = cli
    .command("network")
    .description("run a network of agents in the background: a session operator with a supervisor")
    .addHelpText("after", examples.network + exitCodes);
  network
    .command("start")
    .description("start a network; returns when it can be used")
    .option("-n, --network <name>", NETWORK)
    .option("-p, --port <port>", "port to listen on; 0 for a free one (default: 8723)")
    .option("-H, --host <host>", "address to listen on (default: 127.0.0.1)")
    .option("--grace <seconds>", "how long an agent may be disconnected before it is out of its sessions (default: 30)")
    .option("-f, --foreground", "stay, with the log on standard error, until Ctrl-C")
    .option("--json", JSON_OPTION)
    .action(async (options) => host.finish(await (await import("./network/start.js")).startNetwork(options)));
  network
    .command("stop [network]")
    .description("stop a network, and keep what it has stored")
    .option("--all", "every network")
    .option("--force", "kill it when it does not stop in time")
    .option("-t, --timeout <seconds>", "how long it may take (default: 10)")
    .option("--json", JSON_OPTION)
    .action(async (name, options) =>
      host.finish(await (await import("./network/stop.js")).stopNetworks(name, options)),
    );
  network
    .command("status [network]")
    .description("show the networks that were started and not stopped; exit code 1 for a named one that does not run")
    .option("--json", JSON_OPTION)
    .action(async (name, options) =>
      host.finish(await (await import("./network/status.js")).showStatus(name, options)),
    );
  network
    .command("logs [network]")
    .description("show the log of a network")
    .option("-f, --follow", "go on with what comes, until Ctrl-C")
    .option("-n, --lines <n>", "how many lines (default: 100)")
    .option("--json", "the lines as they are in the file")
    .action(async (name, options) => host.finish(await (await import("./network/logs.js")).showLogs(name, options)));
  admin(network.command("reset"))
    .description("forget all agents and sessions of a network")
    .option("--yes", "yes, all of them")
    .action(async (options) => host.finish(await (await import("./network/reset.js")).resetNetwork(options)));
  admin(network.command("seed"))
    .description("register agents to try things with: @test-1.bot and so on, open to everybody")
    .option("--count <n>", "how many, up to 100", "5")
    .option("--prefix <prefix>", "what their names begin with", "test")
    .action(async (options) => host.finish(await (await import("./network/seed.js")).seedNetwork(options)));
}

function agentCommands(cli: Command, host: Host): void {
  const load = () => import("./agents.js");
  const agent = cli
    .command("agent")
    .description("register agents in a network, and keep their tokens")
    .addHelpText("after", examples.agent + exitCodes);
  admin(agent.command("register <handle>"))
    .description("register an agent, such as @acme.scout, and keep its token here")
    .option(
      "--policy <policy>",
      "allowlist: in contact with whom its list names; open: with everybody (default: allowlist)",
    )
    .action(async (handle, options) => host.finish(await (await load()).registerAgent(handle, options)));
  admin(agent.command("list"))
    .description("list the agents")
    .action(async (options) => host.finish(await (await load()).listAgents(options)));
  admin(agent.command("show <handle>"))
    .description("show an agent")
    .action(async (handle, options) => host.finish(await (await load()).showAgent(handle, options)));
  admin(agent.command("rm <handle>"))
    .description("remove an agent, and the token that is kept here")
    .action(async (handle, options) => host.finish(await (await load()).removeAgent(handle, options)));
  admin(agent.command("rotate-token <handle>"))
    .description("give an agent a new token, and keep that one here")
    .action(async (handle, options) => host.finish(await (await load()).rotateToken(handle, options)));
  admin(agent.command("set-policy <handle> <policy>"))
    .description("change whom an agent is in contact with: allowlist or open")
    .action(async (handle, policy, options) => host.finish(await (await load()).setPolicy(handle, policy, options)));
}

function permissionCommands(cli: Command, host: Host): void {
  const load = () => import("./permissions.js");
  const permission = cli
    .command("permission")
    .description("say whom an agent is in contact with; both sides have to permit it")
    .addHelpText("after", examples.permission + exitCodes);
  admin(permission.command("add <handle> <entries...>"))
    .description("add to the allowlist of an agent: agents, or @owner.* for all of an owner")
    .action(async (handle, entries, options) =>
      host.finish(await (await load()).addPermissions(handle, entries, options)),
    );
  admin(permission.command("remove <handle> <entry>"))
    .description("take an entry off the allowlist of an agent")
    .action(async (handle, entry, options) =>
      host.finish(await (await load()).removePermission(handle, entry, options)),
    );
  admin(permission.command("show <handle>"))
    .description("show the allowlist of an agent")
    .action(async (handle, options) => host.finish(await (await load()).showPermissions(handle, options)));
  admin(permission.command("block <handle> <other>"))
    .description("let an agent block another, which is put out of the sessions that both are in")
    .action(async (handle, other, options) => host.finish(await (await load()).block(handle, other, options)));
  admin(permission.command("unblock <handle> <other>"))
    .description("lift a block")
    .action(async (handle, other, options) => host.finish(await (await load()).unblock(handle, other, options)));
  admin(permission.command("blocks <handle>"))
    .description("list whom an agent blocks")
    .action(async (handle, options) => host.finish(await (await load()).listBlocks(handle, options)));
}

function sessionCommands(cli: Command, host: Host): void {
  const load = () => import("./sessions.js");
  const session = cli
    .command("session")
    .description("talk with other agents")
    .addHelpText("after", examples.session + exitCodes);
  agentActs(session.command("create"))
    .description("start a session, and print its id")
    .option("--invite <handles>", "whom to invite, with commas between them")
    .option("--topic <topic>", "what it is about")
    .option("--message <text>", "the first message")
    .option("--end-after-send", "end it at once: whoever is invited finds the message in the invitation")
    .option("--idempotency-key <key>", KEY)
    .action(async (options) => host.finish(await (await load()).createSession(options)));
  agentActs(session.command("list"))
    .description("list the sessions that the agent is or was in")
    .action(async (options) => host.finish(await (await load()).listSessions(options)));
  agentActs(session.command("show <session>"))
    .description("show a session and who is in it")
    .action(async (id, options) => host.finish(await (await load()).showSession(id, options)));
  agentActs(session.command("join <session>"))
    .description("accept an invitation")
    .action(async (id, options) => host.finish(await (await load()).joinSession(id, options)));
  agentActs(session.command("leave <session>"))
    .description("leave a session")
    .action(async (id, options) => host.finish(await (await load()).leaveSession(id, options)));
  agentActs(session.command("end <session>"))
    .description("end a session for everybody")
    .action(async (id, options) => host.finish(await (await load()).endSession(id, options)));
  agentActs(session.command("invite <session> <handles...>"))
    .description("invite agents to a session")
    .action(async (id, handles, options) => host.finish(await (await load()).invite(id, handles, options)));
  agentActs(session.command("send <session> [message]"))
    .description("send a message; with parts beside it, the text comes first")
    .option("--stdin", "the text is on standard input")
    .option("--file <path-or-url>", "say where a file is; the file itself is not sent; may be repeated", collect)
    .option("--image <path-or-url>", "a picture, which is sent along when it is a file here; may be repeated", collect)
    .option("--data <json>", "a JSON object; may be repeated", collect)
    .option("--content <json>", "the whole content as JSON: a text, or a list of parts")
    .option("--metadata <json>", "a JSON object of notes to go along")
    .option("--idempotency-key <key>", KEY)
    .action(async (id, message, options) => host.finish(await (await load()).send(id, message, options)));
  agentActs(session.command("reopen <session>"))
    .description("go on with a session that has ended; all who were in it are invited again")
    .option("--invite <handles>", "whom to invite beside them, with commas between them")
    .option("--message <text>", "what to say first")
    .action(async (id, options) => host.finish(await (await load()).reopen(id, options)));
  agentActs(session.command("events <session>"))
    .description("show what has happened in a session")
    .option("--after <sequence>", "only what came after this event")
    .option("--limit <n>", "up to so many events, at most 1000 (default: all)")
    .action(async (id, options) => host.finish(await (await load()).listEvents(id, options)));
}

function identityCommands(cli: Command, host: Host): void {
  const load = () => import("./identities.js");
  const identity = cli
    .command("identity")
    .description("say which agent acts in a folder and below it")
    .addHelpText("after", exitCodes);
  identity
    .command("set <handle>")
    .description("write .agentwire/session.json in this folder")
    .option("-n, --network <name>", NETWORK)
    .option("--json", JSON_OPTION)
    .action(async (handle, options) => host.finish(await (await load()).setIdentity(handle, options)));
  identity
    .command("show")
    .description("show the identity of this folder, or of the nearest one above that has one")
    .option("--json", JSON_OPTION)
    .action(async (options) => host.finish(await (await load()).showIdentity(options)));
  identity
    .command("clear")
    .description("remove the identity of this folder")
    .option("--json", JSON_OPTION)
    .action(async (options) => host.finish(await (await load()).clearIdentity(options)));
}

function streamCommands(cli: Command, host: Host): void {
  following(agentActs(cli.command("listen")))
    .description("print what an agent hears, and what it has missed, as it comes; reconnects by itself")
    .addHelpText("after", examples.listen + exitCodes)
    .action(async (options) => host.finish(await (await import("./listen.js")).listen(options)));
  following(admin(cli.command("tap")))
    .description("print everything that happens in a network from now on, as its administrator")
    .addHelpText("after", exitCodes)
    .action(async (options) => host.finish(await (await import("./tap.js")).tap(options)));
}

const NETWORK = "name of the network (default: $AGENTWIRE_NETWORK, else `default`)";
const JSON_OPTION = "print JSON, also of what goes wrong";
const KEY = "the same key again does nothing, and gives the same answer";

/** Values of an option that may be repeated. */
function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Options of what the administrator of a network does. */
function admin(command: Command): Command {
  return command
    .option("-n, --network <name>", NETWORK)
    .option("--url <url>", "an operator that was not started by `agentwire network`")
    .option(
      "--token <token>",
      "token of the administrator (default: the one kept here, or with --url $AGENTWIRE_TOKEN)",
    )
    .option("--json", JSON_OPTION);
}

/** Options of what an agent does. */
function agentActs(command: Command): Command {
  return command
    .option("--as <handle>", "the agent that acts (default: $AGENTWIRE_AGENT, else the identity of the folder)")
    .option(
      "-n, --network <name>",
      "name of the network (default: $AGENTWIRE_NETWORK, else that of the folder, else `default`)",
    )
    .option("--url <url>", "an operator that was not started by `agentwire network`")
    .option("--token <token>", "token of the agent (default: the one kept here, or with --url $AGENTWIRE_TOKEN)")
    .option("--json", JSON_OPTION);
}

function following(command: Command): Command {
  return command
    .option("--text", "lines for people, also where no terminal is")
    .option("--session <session>", "only what happens in this session")
    .option("--count <n>", "end after so many events")
    .option("--until <type>", "end after an event of this type, such as session.message")
    .option("--timeout <seconds>", "end with exit code 1 when it has not ended by then");
}
