import { ApiError, abortedBy, InvalidResponseError, UnexpectedResponseError, unreachable } from "./errors.js";
import type { CallOptions, ClientOptions } from "./options.js";
import type { Part, Send } from "./part.js";
import type { Answer, CallResponse, Engine, Plan, PreparedRequest, Trial } from "./plan.js";
import type { RequestObject, Row } from "./row.js";
import { defaultStyles, membersOf, putHeader } from "./target.js";

export function engineOf(options: ClientOptions, service: Engine["service"], parts: readonly Part<never>[]): Engine {
  const baseUrl = `${options.baseUrl}`.replace(/\/+$/, "");
  return { baseUrl, service, options, part: Object.assign({}, ...parts), plans: new Map() };
}

/** The plan of an operation, made when it is called for the first time. */
export function planOf(engine: Engine, row: Row): Plan {
  let plan = engine.plans.get(row);
  if (!plan) {
    const part: Part = Object.assign({}, engine.part, ...(row.parts ?? []));
    const { parameters = defaultStyles, accept = () => "application/json" } = part;
    const { service } = engine;
    plan = { row, engine, part, service, parameters: parameters(row), accept: accept(row, service) };
    engine.plans.set(row, plan);
  }
  return plan;
}

/** From the request object to the decoded answer. Throws one of the errors of `errors.ts`. */
export async function exchange(
  plan: Plan,
  request?: RequestObject,
  options: CallOptions = {},
): Promise<CallResponse<unknown>> {
  const { part, row } = plan;
  const { read = readJson, repeat } = part;
  const prepared = await prepare(plan, request, options);
  const attempt = async (trial: Trial) => read(plan, await transmit(plan, prepared, trial), trial, options);
  return repeat ? repeat(plan, prepared, options, attempt) : attempt(simpleTrial(row.name, options.signal));
}

/** Completes, judges and encodes a request. Throws `InvalidRequestError`; sends nothing. */
export async function prepare(
  plan: Plan,
  request: RequestObject = {},
  options: CallOptions = {},
  accept: string = options.accept ?? plan.accept,
): Promise<PreparedRequest> {
  const { row, part, engine, parameters } = plan;
  const source = part.complete?.(row, request) ?? request;
  await part.check?.(row, source, options);
  const headers: Record<string, string> = {};
  addHeaders(row.name, headers, engine.options.headers);
  addHeaders(row.name, headers, options.headers);
  parameters.headers(source, headers);
  headers["accept"] = accept;
  const { body: value } = source;
  const body =
    value === undefined
      ? undefined
      : part.write
        ? part.write(row, value, options.contentType)
        : { content: JSON.stringify(value), type: "application/json" };
  if (body?.type) headers["content-type"] = body.type;
  return { method: row.method, target: parameters.target(source), headers, body, source };
}

/** Adds headers of an option. Throws `InvalidRequestError`. */
export function addHeaders(operation: string, headers: Record<string, string>, values: ClientOptions["headers"]): void {
  for (const [name, value] of membersOf(values)) putHeader(operation, headers, name, String(value));
}

/** Sends a request, with what the plan's parts add to it. */
export function transmit(plan: Plan, request: PreparedRequest, trial: Trial): Promise<Answer> {
  const { authorize, send = fetchAnswer } = plan.part;
  return authorize ? authorize(plan, request, trial, send) : send(plan, request, trial);
}

/** Calls the platform's `fetch`. */
export const fetchAnswer: Send = async ({ engine }, request, trial) => {
  try {
    return await trial.wait(fetch(engine.baseUrl + request.target, initOf(request, trial.signal)), cancelLate);
  } catch (error) {
    throw trial.explain(error);
  }
};

/** A request as `fetch` takes it. */
export function initOf({ method, headers, body }: PreparedRequest, signal: AbortSignal | undefined): RequestInit {
  // Fetch wants it said that a streamed body is sent before the answer is read; of others it means nothing.
  const init = { method, headers, body: body?.content, signal, redirect: "manual", duplex: "half" };
  return init as RequestInit;
}

/** Nobody waits for this answer any more. */
export function cancelLate(answer: Answer): void {
  answer.body?.cancel().catch(() => {});
}

/** Without a time limit, and only as quick to end as the platform's `fetch`. */
function simpleTrial(operation: string, signal: AbortSignal | undefined): Trial {
  return {
    signal,
    wait: (promise) => promise,
    explain: (error) => (signal?.aborted ? abortedBy(operation, signal.reason) : unreachable(operation, error)),
  };
}

/** Reads the answer of an operation whose successes are JSON or nothing. */
async function readJson({ row: { name } }: Plan, answer: Answer, trial: Trial): Promise<CallResponse<unknown>> {
  const { status, headers } = answer;
  const text = await answer.text().catch((error: unknown) => {
    throw trial.explain(error);
  });
  let body: unknown = text || undefined;
  let malformed: unknown;
  try {
    if (text) body = JSON.parse(text);
  } catch (error) {
    malformed = error;
  }
  if (status > 399) throw new ApiError(name, status, headers, body);
  if (status < 200 || status > 299) throw new UnexpectedResponseError(name, status, headers, `status ${status}`);
  if (malformed) throw new InvalidResponseError(name, "malformed JSON", [], { cause: malformed });
  return { body, status, headers, header: {} };
}

/** The plan of an operation of the client's service. Throws `TypeError` when there is none of that name. */
export function planNamed(engine: Engine, name: string): Plan {
  const operations = engine.service?.operations ?? {};
  const row = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (row === undefined) throw new TypeError(`no operation named ${name}`);
  return planOf(engine, row);
}
