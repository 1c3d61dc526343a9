import type { Logger } from "@agentwire/kit/server";
import type { Secrets } from "../../shared/secrets.js";
import { type Executor, type ExecutorContext, RunFailure } from "../executor.js";

/** The agent, with the secrets that it was given struck out of what it says: its events, its result, its errors and the log. */
export function discreet(executor: Executor, secrets: Secrets): Executor {
  if (secrets.isEmpty) return executor;
  return async function* (input, context) {
    const progress = executor(input, discreetContext(context, secrets));
    try {
      for (;;) {
        const next = await progress.next();
        if (next.done) return secrets.redactData(next.value);
        yield secrets.redactData(next.value);
      }
    } catch (error) {
      throw discreetError(error, secrets);
    } finally {
      await progress.return({});
    }
  };
}

function discreetContext(context: ExecutorContext, secrets: Secrets): ExecutorContext {
  return {
    ...context,
    callTool: (toolId, args) => context.callTool(toolId, secrets.redactData(args)),
    addArtifact: (artifact) => context.addArtifact(secrets.redactData(artifact)),
    log: discreetLog(context.log, secrets),
  };
}

function discreetError(error: unknown, secrets: Secrets): unknown {
  if (error instanceof RunFailure) {
    return new RunFailure(error.code, secrets.redact(error.message), secrets.redact(error.options));
  }
  return error instanceof Error ? new Error(secrets.redact(error.message)) : secrets.redact(error);
}

function discreetLog(log: Logger, secrets: Secrets): Logger {
  return {
    debug: (fields, message) => log.debug(secrets.redact(fields), message),
    info: (fields, message) => log.info(secrets.redact(fields), message),
    warn: (fields, message) => log.warn(secrets.redact(fields), message),
    error: (fields, message) => log.error(secrets.redact(fields), message),
    child: (fields) => discreetLog(log.child(fields), secrets),
  };
}
