import type { Clients } from "./clients.js";
import type { Narrator } from "./narrator.js";
import type { WholeStack } from "./stack.js";

/** Says where the services are, that they work, and which tools there are. */
export async function showServices(tell: Narrator, { urls }: WholeStack, clients: Clients): Promise<void> {
  const { runtime, toolRegistry, daemon, admin } = clients;
  const reports = { "tool-registry": toolRegistry, runtime, daemon };
  for (const name of ["tool-registry", "runtime", "daemon"] as const) {
    const client = reports[name];
    const [health, version] = await Promise.all([client.health(), client.version()]);
    tell.fact(name, `${urls[name]}  ${health.status}  ${version.service_name} ${version.service_version}`);
    tell.check(health.status === "ok", `${name} works`);
  }
  const session = await admin.health();
  tell.fact("session", `${urls.session}  ${session.status}  network "${session.network}" ${session.version}`);
  const tools = await toolRegistry.listTools();
  tell.check(tools.length > 0, `the registry has tools: ${tools.map(({ tool_id }) => tool_id).join(", ")}`);
}
