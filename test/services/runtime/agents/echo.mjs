/** An agent in a program of its own: does what the goal says. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const line = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const { goal, context, limits, tools, run_id } = JSON.parse(line.value);

const deeds = {
  work() {
    console.error("working, with the word", context.word);
    say({ type: "step", data: { name: "think" } });
    say({ type: "token", text: "hello " });
    say({ type: "tool_call", data: { tool_id: "mine", args: {} } });
    say({ type: "tool_result", data: { tool_id: "mine", ok: true } });
    say({ type: "usage", data: { prompt_tokens: 12, nonsense: "x" } });
    say({ type: "artifact", data: { type: "file", id: "f1", uri: "file:///tmp/f1" } });
    say({ type: "final", output: { run_id, limits, tools: tools.length, secret: process.env.TOP_SECRET ?? "none" } });
  },
  tell() {
    const key = process.env.AGENT_KEY;
    console.error("I was given", key);
    say({ type: "token", text: `It is ${key}, kept in ${process.env.AGENT_FOLDER}.` });
    say({ type: "tool_result", data: { tool_id: "mine", ok: true, result: { [key]: [key] } } });
    say({ type: "artifact", data: { type: "file", id: "f1", uri: `file:///tmp/${key}` } });
    if (context.word === "fail") say({ type: "error", error: { code: "agent.lost", message: `I lost ${key}.` } });
    say({ type: "final", output: { key } });
  },
  prose() {
    process.stdout.write("one line\n\nanother {line}\nno end");
  },
  crash() {
    process.exit(3);
  },
  report() {
    say({ type: "error", error: { code: "agent.tired", message: "I am tired.", retryable: true } });
  },
  nonsense() {
    say({ type: "dance" });
  },
  line() {
    process.stdout.write("x".repeat(3_000_000));
    setInterval(() => undefined, 1000);
  },
  flood() {
    const some = `${"y".repeat(1000)}\n`.repeat(100);
    const write = () => {
      while (process.stdout.write(some));
      process.stdout.once("drain", write);
    };
    write();
  },
  hang() {
    // Deaf to requests, and with a child that is as deaf.
    process.on("SIGTERM", () => undefined);
    const child = spawn(process.execPath, [
      "-e",
      "process.on('SIGTERM', () => 0); setInterval(() => 0, 1000); console.log('up')",
    ]);
    child.stdout.once("data", () => say({ type: "step", data: { pid: process.pid, child: child.pid } }));
    setInterval(() => undefined, 1000);
  },
};
deeds[goal]();
