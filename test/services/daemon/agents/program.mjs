/** A program that serves as much of the Runtime API as a Daemon needs, in the manner of its arguments. */
import { spawn } from "node:child_process";
import { createServer } from "node:http";

const manners = new Set(process.argv.slice(3));
const port = Number(process.argv[2]);
const status = (run_id) => ({ run_id, state: "succeeded", ended_at: new Date().toISOString() });

if (manners.has("crash")) process.exit(3);
if (manners.has("flood")) {
  const some = `${"x".repeat(999)}\n`.repeat(64);
  const write = () => {
    while (process.stdout.write(some));
    process.stdout.once("drain", write);
  };
  write();
}
if (manners.has("deaf")) process.on("SIGTERM", () => undefined);

const child = manners.has("parent")
  ? spawn(process.execPath, ["-e", "process.on('SIGTERM', () => 0); setInterval(() => 0, 1000)"])
  : undefined;

const answers = {
  "GET /v1/health": () => ({ status: "ok", time: new Date().toISOString() }),
  "GET /v1/version": () => ({ service_name: "program", service_version: "9.9", supported_api_versions: ["v1"] }),
  "POST /v1/runs": (body) => status(JSON.parse(body).run_id),
};

function resultOf(run_id, request) {
  const { authorization = "none" } = request.headers;
  const output = {
    pid: process.pid,
    child: child?.pid,
    port,
    args: process.argv.slice(3),
    env: process.env,
    authorization,
  };
  return { run_id, ok: true, output };
}

if (!manners.has("silent")) {
  createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const [, run_id, what] = /^\/v1\/runs\/([^/]+)(?:\/(\w+))?$/.exec(request.url) ?? [];
    const answer =
      answers[`${request.method} ${request.url}`]?.(body) ??
      (what === undefined && run_id ? status(run_id) : what === "result" ? resultOf(run_id, request) : undefined);
    const error = { error: { code: "not_found", message: "No such path." } };
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? error));
  }).listen(port, "127.0.0.1");
} else setInterval(() => undefined, 1000);
