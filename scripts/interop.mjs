// Our services under the protocol's own checker and client, `npm run interop [-- --json]`, which gets both on first use;
// `--fetch` does only that. Other services are checked at their addresses: `--runtime-url`, `--tool-registry-url` and
// `--daemon-url` together, with `--token` where they want one. Anything but a pass or a skip is an error.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchPackages, hasPackages, packages } from "./interop/fetch.mjs";

const SERVICES = ["runtime", "tool-registry", "daemon"];

const text = { type: "string" };
const { values } = parseArgs({
  options: {
    fetch: { type: "boolean" },
    json: { type: "boolean" },
    token: text,
    ...Object.fromEntries(SERVICES.map((name) => [`${name}-url`, text])),
  },
});
if (!hasPackages()) {
  try {
    fetchPackages();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
if (!values.fetch) process.exitCode = await main();

async function main() {
  const given = SERVICES.flatMap((name) => values[`${name}-url`] ?? []);
  if (given.length === SERVICES.length) return await judge(given);
  if (given.length > 0) {
    process.stderr.write(`interop: give the addresses of all: ${SERVICES.map((name) => `--${name}-url`).join(", ")}\n`);
    return 2;
  }
  const { startStack } = await import("../services/dist/stack.js");
  const ports = Object.fromEntries(SERVICES.map((name) => [name, 0]));
  const stack = await startStack({ services: SERVICES, ports, auth: { mode: "disabled" } });
  try {
    return await judge(SERVICES.map((name) => stack.urls[name]));
  } finally {
    await stack.close();
  }
}

async function judge(urls) {
  const checker = [];
  for (const [index, name] of SERVICES.entries()) checker.push(await check(name, urls[index]));
  const client = await drive(urls);
  process.stdout.write(values.json ? `${JSON.stringify({ checker, client }, null, 2)}\n` : textOf(checker, client));
  const passed = checker.every(({ counts }) => counts.FAIL + counts.WARN === 0);
  return passed && client.error === undefined ? 0 : 1;
}

/** The checker's report of one service, at its highest tier. */
async function check(service, url) {
  const options = ["--tier", "deep", "--allow-mutations", "--poll-interval", "0.1", "--format", "json"];
  const token = values.token === undefined ? [] : ["--headers", `Authorization=Bearer ${values.token}`];
  const { stdout, stderr } = await python("check.py", ["check", service, "--url", url, ...options, ...token]);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`the checker said nothing of the ${service}: ${stderr}`);
  }
}

/** What the client did, and what stopped it if anything did. */
async function drive(urls) {
  const token = values.token === undefined ? [] : [values.token];
  const { stdout, stderr, code } = await python("client.py", [...urls, ...token]);
  const steps = stdout.split("\n").slice(0, -1);
  const said = steps.map((line) => JSON.parse(line));
  const failed = said.find(({ error }) => error !== undefined);
  const error = failed ? `${failed.step}: ${failed.error}` : code === 0 ? undefined : stderr;
  return { steps: said.filter((one) => one !== failed), ...(error === undefined ? {} : { error }) };
}

/** Not `spawnSync`: the services may be in this process. */
function python(script, args) {
  const file = fileURLToPath(new URL(`interop/${script}`, import.meta.url));
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1", PYTHONWARNINGS: "ignore" };
  const child = spawn("python3", [file, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (chunk) => (said[stream] += chunk));
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...said, code }));
  });
}

function textOf(checker, client) {
  const lines = checker.flatMap(({ service, counts, results }) => [
    `${service}: ${Object.entries(counts)
      .map(([verdict, count]) => `${count} ${verdict}`)
      .join(", ")}`,
    ...results
      .filter(({ status }) => status !== "PASS")
      .flatMap(({ status, check_id, message, errors }) => [
        `  ${status} ${check_id}: ${message}`,
        ...errors.map((error) => `    ${error}`),
      ]),
  ]);
  const outcome = client.error === undefined ? "all well" : `FAILED at ${client.error}`;
  return `${[...lines, `client: ${client.steps.length} steps, ${outcome}`].join("\n")}\n`;
}
