/** The page about sessions: its conversation is had as printed, line by line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { agentwire, cleanUp, root, temporaryFolder } from "../../generator/tool.js";
import { Machine, PATIENCE, type Running } from "./machine.js";

// Every command is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const machine = new Machine();
afterAll(() => {
  machine.dispose();
  cleanUp();
});

const page = readFileSync(join(root, "docs/sessions.md"), "utf8");
const SESSION = /sess_[0-9A-Z]+/;

/** What is another each time, and what stands for it; in text whose special characters are escaped already. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/~\/\\\.local\/state\/agentwire/g, machine.state],
  [/\d{4}-\d\d-\d\d/g, "\\d{4}-\\d\\d-\\d\\d"],
  [/\d\d:\d\d:\d\d/g, "\\d\\d:\\d\\d:\\d\\d"],
  [/(?<=127\\\.0\\\.0\\\.1:)\d+/g, "\\d+"],
  [/(?<=pid )\d+/g, "\\d+"],
  [/\b\d+ s\b/g, "(\\d+ min)?( ?\\d+ s)?"],
  [/ {2,}/g, " {2,}"],
];

/** What is printed with a pattern in the place of all that changes. */
function patternOf(text: string): string {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return CHANGING.reduce((pattern, [what, by]) => pattern.replace(what, () => by), escaped);
}

interface Step {
  readonly folder: string;
  readonly command: string;
  readonly prints: string;
}

/** The commands of a block, each with what it prints. */
function stepsOf(block: string): Step[] {
  const steps = block.split(/^(?=\w+\$ )/m);
  return steps.flatMap((step) => {
    const [, folder = "", command = "", prints = ""] = /^(\w+)\$ (.*)\n([\s\S]*)$/.exec(step) ?? [];
    return command === "" ? [] : [{ folder, command, prints: prints.trimEnd() }];
  });
}

function argumentsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
}

it("two agents have the conversation of the page", async () => {
  const blocks = [...page.matchAll(/```(console|text)\n([\s\S]*?)```/g)];
  let listening: Running | undefined;
  let session = "";
  let steps = 0;
  for (const [, kind, block = ""] of blocks) {
    if (kind === "text") {
      for (const line of block.trimEnd().split("\n"))
        await listening?.says(new RegExp(patternOf(line.replace(SESSION, session))));
      continue;
    }
    for (const { folder, command, prints } of stepsOf(block)) {
      steps += 1;
      if (command.startsWith("kill ")) {
        expect(command).toContain("networks/default/operator.pid");
        await machine.crash();
        continue;
      }
      const [, , ...args] = argumentsOf(command.replace(SESSION, session));
      // Port 8723 may be taken on this machine; any other shows the same.
      const call = args.join(" ") === "network start" ? [...args, "--port", "0"] : args;
      const where = { cwd: machine.place(folder) };
      if (args[0] === "listen") {
        listening = machine.start(call, where);
        await listening.says(new RegExp(patternOf(prints)));
        continue;
      }
      const printed = await machine.ok(call, where);
      session ||= SESSION.exec(printed)?.[0] ?? "";
      expect(printed).toMatch(new RegExp(`^${patternOf(prints.replace(SESSION, session))}$`));
    }
  }
  expect(steps).toBeGreaterThan(15);
  listening?.process.kill("SIGINT");
  expect(await listening?.ended).toBe(0);
  await expect.poll(() => machine.ok(["network", "status"]), PATIENCE).toBe("No network is running.");
});

it("the commands and options of the page exist", async () => {
  const help = async (...args: string[]) => (await agentwire(temporaryFolder(), ...args, "--help")).stdout;
  const groups = [...page.matchAll(/^\$ npx agentwire (\w+) ([\w-]+(?:\|[\w-]+)+)/gm)];
  expect(groups).toHaveLength(4);
  for (const [, group = "", commands = ""] of groups) {
    const text = await help(group);
    for (const command of commands.split("|")) expect(text).toMatch(new RegExp(`^ {2}${command} `, "m"));
  }
  const shown = [...page.matchAll(/^\| `agentwire network (\w+)[^|]*\|(.*)\|$/gm)];
  expect(shown).toHaveLength(6);
  for (const [, command = "", options = ""] of shown) {
    const text = await help("network", command);
    for (const [option] of options.matchAll(/(?<=`)--?[\w-]+/g)) expect(text).toContain(option);
  }
});
