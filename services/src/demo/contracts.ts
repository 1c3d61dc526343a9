import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DemoFailure, type Narrator } from "./narrator.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CLI = fileURLToPath(new URL("../../../generator/bin/agentwire.js", import.meta.url));

/** Steps 1 and 2: writes the packages anew from the contracts, and judges every vector with what was written. */
export async function showContracts(tell: Narrator): Promise<void> {
  tell.step("Generate the packages from spec/");
  await agentwire(tell, "generate");
  tell.step("Judge the golden vectors with the generated validators");
  await agentwire(tell, "vectors");
}

async function agentwire(tell: Narrator, command: string): Promise<void> {
  tell.line(`$ agentwire ${command}`);
  const { code, output } = await run([CLI, command]);
  for (const line of output.trimEnd().split("\n")) tell.line(line);
  if (code !== 0) throw new DemoFailure(`agentwire ${command} ended with ${code}`);
}

function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
