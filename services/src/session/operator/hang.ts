import type { ChildProcess } from "node:child_process";
import { sleep } from "../../shared/signals.js";
import { PING } from "./config.js";
import type { OperatorLimits } from "./limits.js";

/**
 * Asks a process again and again whether it lives; resolves when it has given no answer for too long. Counts questions,
 * not time: a machine that wakes from sleep has not been waiting for an answer.
 * @throws what aborted the signal
 */
export async function untilHung(
  child: ChildProcess,
  { probeIntervalMs, hangTimeoutMs }: Pick<OperatorLimits, "probeIntervalMs" | "hangTimeoutMs">,
  signal: AbortSignal,
): Promise<void> {
  let unanswered = 0;
  const answered = () => {
    unanswered = 0;
  };
  child.on("message", answered);
  try {
    while (unanswered * probeIntervalMs < hangTimeoutMs) {
      unanswered += 1;
      child.send(PING, () => undefined);
      await sleep(probeIntervalMs, signal);
    }
  } finally {
    child.off("message", answered);
  }
}
