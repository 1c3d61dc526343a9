import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, it, type TestContext } from "vitest";

/** What `npm run build` made: the file that `npm start` runs. */
const START = fileURLToPath(new URL("../../services/dist/start.js", import.meta.url));

/** Starts the demonstration as users do. Its output grows as it goes. */
function start({ onTestFinished }: TestContext, ...args: string[]) {
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(process.execPath, [START, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output.text += chunk.toString();
    });
  }
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, output, ended };
}

// Generous, because the processes have to share the machine with whatever else runs.
describe("npm start", { timeout: 120_000 }, () => {
  it("shows everything at work and ends well with --once", async (test) => {
    const { expect } = test;
    const { output, ended } = start(
      test,
      "--once",
      "--port-base",
      "0",
      "--goal",
      'Work out 6 * 7 and measure "two words"',
    );
    const code = await ended;
    expect({ code, text: output.text }).toMatchObject({ code: 0 });
    for (const line of [
      "1. Generate the packages from spec/",
      "2. Judge the golden vectors with the generated validators",
      "3. Start the services",
      "the registry has tools: echo, calc, time_now, text_stats",
      'calc {"expression":"6 * 7"}',
      'events came as SSE, numbered without a gap, the last one "final"',
      "NDJSON brings the same events",
      '6 * 7 = 42. "two words" has 2 words, 9 characters and 1 line.',
      "bob joins, and is sent what was said before: the answer of the run",
      "alice ends the session, and bob hears it; no event is missing",
      "$ curl -N http://127.0.0.1:",
      "Everything works.",
    ]) {
      expect(output.text).toContain(line);
    }
    expect(output.text).not.toContain("\u001b[");
  });

  it("stays up until it is interrupted, and then closes", async (test) => {
    const { expect } = test;
    const { child, output, ended } = start(test, "--port-base", "0");
    while (!output.text.includes("The services are up.")) await once(child.stdout, "data");
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output.text) ?? [];
    expect((await fetch(`${url}/v1/health`)).status).toBe(200);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    await expect(fetch(`${url}/v1/health`)).rejects.toThrow();
  });

  it("says in one line what stands in the way", async (test) => {
    const { expect, onTestFinished } = test;
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const busy = start(test, "--once", "--port-base", String(Math.min(port, 65_532)));
    const usage = start(test, "--bogus");
    expect(await usage.ended).toBe(2);
    expect(usage.output.text).toBe("error: Unknown option '--bogus'\nTry --help.\n");
    expect(await busy.ended).toBe(1);
    expect(busy.output.text).toMatch(/^error: port \d+ is in use: [^\n]*--port-base\n$/);
  });
});
