import type { Operation } from "../operation.js";
import { readBody } from "./body.js";
import { builtinFor, type Health, healthBody, versionBody } from "./builtin.js";
import type { Core, Route } from "./core.js";
import { SOCKET } from "./core.js";
import { corsHeaders, isPreflight, preflightResponse } from "./cors.js";
import { Exchange } from "./exchange.js";
import { acceptable } from "./negotiate.js";
import { decodeParameters } from "./parameters.js";
import { Problem } from "./problem.js";
import type { RequestContents, UniversalRequest } from "./request.js";
import { splitTarget } from "./request.js";
import { answerOf, byteLength, ContractViolation, declaredFor, encodeAnswer, successStatus } from "./respond.js";
import type { UniversalResponse } from "./response.js";
import type { RouteMatch, RouteResult } from "./router.js";
import { InvalidItem, openStream } from "./stream.js";
import { invalidRequest, violations } from "./validate.js";

/** Answers a request. Never rejects: whatever happens becomes a response in the protocol's own shape. */
export async function handle(core: Core, request: UniversalRequest): Promise<UniversalResponse> {
  const exchange = new Exchange(core, request);
  let response: UniversalResponse;
  try {
    response = await answer(exchange);
  } catch (error) {
    response = failure(exchange, error);
  }
  return finish(exchange, response);
}

/** Route → limits → authenticate → parse → validate → method → validate → serialise. */
async function answer(exchange: Exchange): Promise<UniversalResponse> {
  const { core, request } = exchange;
  const { path } = splitTarget(request.target);
  const found = core.router.find(request.method, path);
  if (found.kind === "found" && found.match.route.kind === "operation") {
    exchange.operation = found.match.route.operation.name;
  }
  if (core.draining && builtinFor(core.service, exchange.operation) !== "health") throw leaving();
  await core.gate?.(request);
  if (core.options.cors && isPreflight(request) && found.kind !== "none") {
    return preflightResponse(core.options.cors, request, allowed(found));
  }
  if (found.kind !== "found" || found.match.route.kind !== "operation") return await unrouted(exchange, found);
  const { operation } = found.match.route;
  const principal = await core.authenticator.authenticate(operation.security ?? core.service.security, request);
  const method = methodOf(core, operation);
  refuseUnacceptable(operation, request);
  const contents = await readContents(exchange, operation, found.match);
  return await respond(exchange, operation, await method(contents, exchange.context(principal)));
}

/** Unknown paths and methods; a stranger who may not call anything learns nothing about them. */
async function unrouted(exchange: Exchange, found: RouteResult<Route>): Promise<UniversalResponse> {
  const { core, request } = exchange;
  const open = found.kind === "method" && found.routes.every((route) => isPublic(core, route));
  if (!open) await core.authenticator.authenticate(core.service.security, request);
  if (found.kind === "none") throw new Problem("route_not_found");
  const methods = allowed(found);
  if (methods.length === 0) {
    throw new Problem("invalid_request", "This path takes WebSocket connections only.", {
      status: 426,
      headers: { upgrade: "websocket" },
    });
  }
  const allow = methods.join(", ");
  if (request.method === "OPTIONS") return { status: 204, headers: { allow } };
  throw new Problem("method_not_allowed", undefined, { headers: { allow } });
}

async function readContents(
  exchange: Exchange,
  operation: Operation,
  match: RouteMatch<Route>,
): Promise<RequestContents> {
  const { core, request } = exchange;
  const { query } = splitTarget(request.target);
  const sources = { path: match.variables, query, headers: request.headers };
  const contents: RequestContents = decodeParameters(operation.parameters ?? [], sources);
  const body = await readBody(request, operation.body, core.limits);
  const judged = body.judged === undefined ? contents : { ...contents, body: body.judged };
  const wrong = await violations(operation.request, judged);
  if (wrong.length > 0) throw invalidRequest(wrong);
  return body.value === undefined ? contents : { ...contents, body: body.value };
}

async function respond(exchange: Exchange, operation: Operation, result: unknown): Promise<UniversalResponse> {
  const { core, request } = exchange;
  const check = core.validateResponses;
  const found = answerOf(operation, result, request.headers["accept"], check);
  if (found.media?.format !== "stream") return await encodeAnswer(found, check);
  if (!isIterable(found.body)) throw new ContractViolation("a stream operation must return an async iterable");
  const body = await openStream(found.body, found.media, {
    validate: check,
    signal: exchange.signal,
    onEnd: (error) => {
      if (error !== undefined) report(exchange, error);
      exchange.end();
    },
  });
  const headers = { "content-type": found.media.type, "cache-control": "no-cache", "x-accel-buffering": "no" };
  return { status: found.status, headers: { ...headers, ...found.headers }, body };
}

/** The written method, the kit's built-in answer, or the problem `not_implemented`. */
function methodOf(core: Core, operation: Operation): (...parameters: unknown[]) => unknown {
  const method = core.implementation.method(operation.name);
  if (method) return method;
  const { health, version } = core.service.builtin ?? {};
  const kind = builtinFor(core.service, operation.name);
  if (kind === "version" && version) return () => versionBody(version, core.facts);
  if (kind === "health" && health) {
    return async () => {
      return healthBody(health, core.facts, await stateOf(core));
    };
  }
  throw new Problem("not_implemented");
}

async function stateOf(core: Core): Promise<Health> {
  if (core.draining) return { status: "down" };
  try {
    return await core.implementation.health();
  } catch (error) {
    core.log.error({ err: error }, "the health check failed");
    return { status: "down" };
  }
}

function refuseUnacceptable(operation: Operation, request: UniversalRequest): void {
  const contents = declaredFor(operation, successStatus(operation))?.content;
  if (!contents || contents.length === 0 || acceptable(contents, request.headers["accept"])) return;
  const types = contents.map(({ type }) => type).join(", ");
  throw new Problem("not_acceptable", `This operation answers with ${types}.`);
}

/** Any failure as a response: a problem as it is, everything else as `internal_error` without a word of why. */
export function failure(exchange: Exchange, error: unknown): UniversalResponse {
  const problem = error instanceof Problem ? error : new Problem("internal_error");
  if (!(error instanceof Problem) || error.cause !== undefined) report(exchange, error);
  return problem.toResponse(exchange.core.service.errors);
}

function report(exchange: Exchange, error: unknown): void {
  const { log, operation } = exchange;
  if (exchange.request.signal.aborted) {
    log.debug({ operation }, "the client left");
  } else if (error instanceof ContractViolation || error instanceof InvalidItem) {
    const found = error.violations.map(({ pointer, keyword, message }) => ({ pointer, keyword, message }));
    log.error({ operation, violations: found }, error.message);
  } else {
    log.error({ operation, err: error }, "the request failed");
  }
}

function finish(exchange: Exchange, response: UniversalResponse): UniversalResponse {
  const { core, request, log } = exchange;
  const headers: Record<string, string> = {
    ...response.headers,
    "x-request-id": exchange.id,
    ...corsHeaders(core.options.cors, request),
  };
  let body = response.body;
  const streaming = typeof body === "object" && !(body instanceof Uint8Array);
  const empty = response.status === 204 || response.status === 304;
  if (!streaming && !empty) headers["content-length"] = String(byteLength(body as string | Uint8Array | undefined));
  if (request.method === "HEAD" || empty) {
    if (streaming) void (body as AsyncGenerator).return(undefined);
    body = undefined;
  }
  if (!streaming) exchange.end();
  const { status } = response;
  log.info({ operation: exchange.operation, method: request.method, status, ms: exchange.elapsed }, "answered");
  return { status, headers, ...(body === undefined ? {} : { body }) };
}

function allowed(found: RouteResult<Route>): string[] {
  if (found.kind !== "method") return [];
  const methods = found.methods.filter((method) => method !== SOCKET);
  if (methods.length === 0) return [];
  return [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])];
}

function isPublic(core: Core, route: Route): boolean {
  const row = route.kind === "operation" ? route.operation : route.channel;
  return (row.security ?? core.service.security ?? []).length === 0;
}

/** The answer while the server closes; the client should take another connection. */
export function leaving(): Problem {
  return new Problem("unavailable", "The server is shutting down.", { headers: { connection: "close" } });
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
