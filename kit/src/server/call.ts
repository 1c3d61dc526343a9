import type { Media } from "../operation.js";
import { type Validator, violationsOf } from "../validation/index.js";
import type { Principal } from "./auth/principal.js";
import type { DecodedBody } from "./body.js";
import { type Health, healthBody, versionBody } from "./builtin.js";
import type { Core, Method } from "./core.js";
import type { Exchange } from "./exchange.js";
import { report } from "./failure.js";
import { acceptable } from "./negotiate.js";
import type { Plan } from "./plan.js";
import { Problem } from "./problem.js";
import { attempt, proceed } from "./proceed.js";
import type { RequestContents, UniversalRequest } from "./request.js";
import { type Answer, answerOf, ContractViolation, encodeAnswer } from "./respond.js";
import type { Awaitable, UniversalResponse } from "./response.js";
import { openStream } from "./stream.js";
import { invalidRequest } from "./validate.js";

/** A request for an operation, from who calls to what the method answered. */
export class Call {
  constructor(
    private readonly exchange: Exchange,
    private readonly plan: Plan,
    private readonly done: (response: UniversalResponse) => void,
    private readonly fail: (error: unknown) => void,
  ) {}

  /**
   * @param values path variables in the order of the template, percent-encoded
   * @param query without `?`
   */
  start(values: readonly string[], query: string): void {
    const { core, request } = this.exchange;
    const caller = core.authenticator.authenticate(this.plan.security, request);
    proceed(caller, (principal) => this.#read(principal, values, query), this.fail);
  }

  #read(principal: Principal | undefined, values: readonly string[], query: string): void {
    const { core, request } = this.exchange;
    const method = methodOf(core, this.plan);
    refuseUnacceptable(this.plan, request);
    const contents = this.plan.parameters.read(values, query, request.headers);
    const read = (body: DecodedBody): void => this.#validate(method, principal, contents, body);
    this.plan.body.read(request, core.limits, (body) => attempt(read, body, this.fail), this.fail);
  }

  #validate(method: Method, principal: Principal | undefined, contents: RequestContents, body: DecodedBody): void {
    const { request: schema } = this.plan.operation;
    const validator = schema && (schema.validator ?? schema.load());
    const validated = (judge: Validator | undefined): void => proceed(checkMedia(body), () => run(judge), this.fail);
    const run = (judge: Validator | undefined): void => {
      check(judge, contents, body);
      const { core } = this.exchange;
      const result = method.call(core.implementation.target, contents, this.exchange.context(principal));
      proceed(result, (value) => proceed(respond(this.exchange, this.plan, value), this.done, this.fail), this.fail);
    };
    proceed(validator, validated, this.fail);
  }
}

/** Of several media types each has its own schema; that of the whole request allows what any of them does. */
function checkMedia({ judged, media }: DecodedBody): Awaitable<void> {
  const schema = media?.format === "binary" || media?.format === "stream" ? undefined : media?.schema;
  if (!schema) return undefined;
  const judge = (validator: Validator): void => {
    if (validator(judged)) return;
    throw invalidRequest(violationsOf(validator, judged).map((each) => ({ ...each, pointer: `/body${each.pointer}` })));
  };
  return schema.validator ? judge(schema.validator) : schema.load().then(judge);
}

/** Judges the contents, with text in the place of files and bytes, and adds the body to them. */
function check(validator: Validator | undefined, contents: RequestContents, { value, judged }: DecodedBody): void {
  if (judged !== undefined) contents.body = judged;
  if (validator && !validator(contents)) throw invalidRequest(violationsOf(validator, contents));
  if (value !== judged) contents.body = value;
}

function respond(exchange: Exchange, plan: Plan, result: unknown): Awaitable<UniversalResponse> {
  const { validateResponses } = exchange.core;
  const found = answerOf(plan, result, exchange.request.headers["accept"], validateResponses);
  if (found.media?.format === "stream") return respondStream(exchange, found, found.media);
  return encodeAnswer(found, validateResponses, plan.operation.method === "HEAD");
}

async function respondStream(exchange: Exchange, found: Answer, media: Media): Promise<UniversalResponse> {
  if (!isIterable(found.body)) throw new ContractViolation("a stream operation must return an async iterable");
  const body = await openStream(found.body, media, {
    validate: exchange.core.validateResponses,
    gather: exchange.core.options.streams?.gather,
    signal: exchange.signal,
    onEnd: (error) => {
      if (error !== undefined) report(exchange, error);
      exchange.end();
    },
  });
  const headers = { "content-type": media.type, "cache-control": "no-cache", "x-accel-buffering": "no" };
  return { status: found.status, headers: { ...headers, ...found.headers }, body };
}

/** The written method, the kit's built-in answer, or the problem `not_implemented`. */
function methodOf(core: Core, { operation, builtin }: Plan): Method {
  const method = core.implementation.method(operation.name);
  if (method) return method;
  const { health, version } = core.service.builtin ?? {};
  if (builtin === "version" && version) return () => versionBody(version, core.facts);
  if (builtin === "health" && health) {
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

function refuseUnacceptable(plan: Plan, request: UniversalRequest): void {
  const contents = plan.declaredFor(plan.successStatus)?.content;
  if (!contents || contents.length === 0 || acceptable(contents, request.headers["accept"])) return;
  const types = contents.map(({ type }) => type).join(", ");
  throw new Problem("not_acceptable", `This operation answers with ${types}.`);
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
