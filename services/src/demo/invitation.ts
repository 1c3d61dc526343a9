import pc from "picocolors";
import type { ShownConversation } from "./conversation.js";
import type { Narrator } from "./narrator.js";
import type { ShownRun } from "./run.js";
import type { WholeStack } from "./stack.js";

/** Where everything is, and lines to copy into a terminal. */
export function inviteToTry(tell: Narrator, { urls }: WholeStack, run: ShownRun, talk: ShownConversation): void {
  for (const [name, url] of Object.entries(urls)) tell.fact(name, url);
  tell.line();
  const json = "-H 'content-type: application/json'";
  const call = JSON.stringify({ invocation_id: "inv_1", tool_id: "calc", args: { expression: "(2 + 3) * 4" } });
  const goal = JSON.stringify({ run_id: "my-run", input: { goal: "Work out 355 / 113. What time is it?" } });
  const lines = [
    `curl ${urls["tool-registry"]}/v1/tools`,
    `curl ${json} -d '${call}' ${urls["tool-registry"]}/v1/tool-invocations`,
    `curl ${json} -d '${goal}' ${urls.daemon}/v1/runs`,
    `curl ${urls.daemon}/v1/runs/my-run/result`,
    `curl -N ${run.runtimeUrl}/v1/runs/${run.runId}/events`,
    `curl -H 'authorization: Bearer ${talk.aliceToken}' ${urls.session}/sessions/${talk.sessionId}/events`,
  ];
  for (const line of lines) tell.line(`${pc.dim("$")} ${line}`);
}
