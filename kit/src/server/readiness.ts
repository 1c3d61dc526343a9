import type { Core } from "./core.js";
import { Problem } from "./problem.js";
import type { UniversalRequest } from "./request.js";
import type { UniversalResponse } from "./response.js";

/**
 * The answer for load balancers and process managers, which look at the status alone: 200, or 503 while requests had
 * better go elsewhere. It stands beside the contract, and like health it needs no token.
 * @throws Problem `unavailable` with the reason, `method_not_allowed`
 */
export async function answerReadiness(core: Core, { method }: UniversalRequest): Promise<UniversalResponse> {
  if (method !== "GET" && method !== "HEAD") {
    throw new Problem("method_not_allowed", undefined, { headers: { allow: "GET, HEAD" } });
  }
  const obstacle = await obstacleOf(core);
  if (obstacle !== undefined) throw new Problem("unavailable", obstacle);
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { status: 200, headers, body: '{"status":"ready"}' };
}

async function obstacleOf(core: Core): Promise<string | undefined> {
  try {
    return await core.implementation.obstacle();
  } catch (error) {
    core.log.error({ err: error }, "the readiness check failed");
    return "The service cannot tell whether it is ready.";
  }
}
