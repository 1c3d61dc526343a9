import type { CallOptions, ClientOptions, HeaderValues } from "./options.js";
import type { Part, Send, Steps } from "./part.js";
import type { Answer, CallResponse, Engine, Plan, PreparedRequest, Trial } from "./plan.js";
import type { RequestObject, Row } from "./row.js";

/** The parts' steps together; where two have the same step, the later one counts. */
export function engineOf(options: ClientOptions, service: Engine["service"], parts: readonly Part<never>[]): Engine {
  const baseUrl = (options.baseUrl ?? "").replace(/\/+$/, "");
  const headers = withHeaders({}, options.headers);
  return { baseUrl, service, options, part: Object.assign({}, ...parts), headers, plans: new WeakMap() };
}

/** The plan of an operation, worked out once. */
export function planOf(engine: Engine, row: Row): Plan {
  const known = engine.plans.get(row);
  if (known) return known;
  const part: Steps = Object.assign({}, engine.part, ...(row.parts ?? []));
  const plan = { row, engine, part, parameters: part.parameters(row), accept: part.accept(row, engine.service) };
  engine.plans.set(row, plan);
  return plan;
}

/** The headers with more of them, by their names in lower case; `undefined` takes one away. */
export function withHeaders(
  headers: Readonly<Record<string, string>>,
  more: HeaderValues = {},
): Record<string, string> {
  const all = { ...headers };
  for (const [name, value] of Object.entries(more)) {
    if (value === undefined) delete all[name.toLowerCase()];
    else all[name.toLowerCase()] = value;
  }
  return all;
}

/** From the request object to the decoded answer. Throws one of the errors of `errors.ts`. */
export async function exchange(
  plan: Plan,
  request?: RequestObject,
  options: CallOptions = {},
): Promise<CallResponse<unknown>> {
  const { part } = plan;
  const preparing = prepare(plan, request, options);
  const prepared = preparing instanceof Promise ? await preparing : preparing;
  const attempt = (trial: Trial) =>
    transmit(plan, prepared, trial).then((answer) => part.read(plan, answer, trial, options));
  return part.repeat ? part.repeat(plan, prepared, options, attempt) : attempt(simpleTrial(options.signal));
}

/** Without a time limit, only as quick to end as `fetch`, and with its errors. */
function simpleTrial(signal: AbortSignal | undefined): Trial {
  return { signal, wait: same, answer: same, explain: same };
}

function same<T>(value: T): T {
  return value;
}

/** Completes, judges and encodes a request, at once when it can. Throws `InvalidRequestError`; sends nothing. */
export function prepare(
  plan: Plan,
  request: RequestObject = {},
  options: CallOptions = {},
  accept: string = options.accept ?? plan.accept,
): PreparedRequest | Promise<PreparedRequest> {
  const { row, part } = plan;
  const source = part.complete?.(row, request) ?? request;
  const checking = part.check?.(row, source, options);
  return checking ? checking.then(() => encode(plan, source, options, accept)) : encode(plan, source, options, accept);
}

function encode(
  { row, part, engine, parameters }: Plan,
  source: RequestObject,
  options: CallOptions,
  accept: string,
): PreparedRequest {
  const headers = withHeaders(engine.headers, options.headers);
  parameters.headers?.(source, headers);
  headers["accept"] = accept;
  const body = source.body === undefined ? undefined : part.write(row, source.body, options.contentType);
  if (body?.type) headers["content-type"] = body.type;
  return { method: row.method, target: parameters.target(source), headers, body, source };
}

/** Sends a request, with what the plan's parts add to it. */
export function transmit(plan: Plan, request: PreparedRequest, trial: Trial): Promise<Answer> {
  const { authorize, send = fetchAnswer } = plan.part;
  return authorize ? authorize(plan, request, trial, send) : send(plan, request, trial);
}

/** Calls the platform's `fetch`. */
export const fetchAnswer: Send = ({ engine }, request, trial) =>
  trial.answer(fetch(engine.baseUrl + request.target, initOf(request, trial.signal)));

/** A request as `fetch` takes it. */
export function initOf({ method, headers, body }: PreparedRequest, signal: AbortSignal | undefined): RequestInit {
  // Fetch wants it said that a streamed body is sent before the answer is read; of others it means nothing.
  const init = { method, headers, body: body?.content, signal, redirect: "manual", duplex: "half" };
  return init as RequestInit;
}

/** The plan of an operation by its row, or of the client's service by its name. Throws `TypeError` for an unknown name. */
export function planNamed(engine: Engine, name: Row | string): Plan {
  if (typeof name !== "string") return planOf(engine, name);
  const operations = engine.service?.operations ?? {};
  const row = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (row === undefined) throw new TypeError(`no operation named ${name}`);
  return planOf(engine, row);
}
