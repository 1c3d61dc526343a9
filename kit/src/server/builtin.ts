import type { Builtin, ServiceDescription } from "../operation.js";
import { setAt } from "./members.js";

/** How a service is, as its health operation says it. */
export interface Health {
  readonly status: "ok" | "degraded" | "down";
  /** Parts that the service depends on, in the protocol's own shape. */
  readonly checks?: readonly object[];
}

/** What the kit knows of a running service. */
export interface ServiceFacts {
  readonly service: string;
  readonly version: string;
  readonly apiVersions: readonly string[];
  /** When it started, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Which built-in answers an operation, if any. */
export function builtinFor(service: ServiceDescription, name: string): "health" | "version" | undefined {
  if (service.builtin?.health?.operation === name) return "health";
  return service.builtin?.version?.operation === name ? "version" : undefined;
}

export function healthBody(builtin: Builtin, facts: ServiceFacts, health: Health): object {
  const now = new Date();
  return place(builtin, {
    status: health.status,
    time: now.toISOString(),
    checks: health.checks,
    service: facts.service,
    version: facts.version,
    uptime_ms: now.getTime() - facts.startedAt,
  });
}

export function versionBody(builtin: Builtin, facts: ServiceFacts): object {
  return place(builtin, { service: facts.service, version: facts.version, api_versions: facts.apiVersions });
}

/** Puts each fact where the contract wants it; facts without a place, or without a value, stay out. */
function place(builtin: Builtin, facts: Readonly<Record<string, unknown>>): object {
  const body = {};
  for (const [fact, pointer] of Object.entries(builtin.members)) {
    if (Object.hasOwn(facts, fact) && facts[fact] !== undefined) setAt(body, pointer, facts[fact]);
  }
  return body;
}
