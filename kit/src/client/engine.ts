import { fetchAnswer } from "#platform";
import type { CallOptions, ClientOptions } from "./options.js";
import { own } from "./own.js";
import type { Part, Steps } from "./part.js";
import type { Answer, CallResponse, Engine, Plan, PreparedRequest, Trial } from "./plan.js";
import type { RequestObject, Row } from "./row.js";
import { membersOf } from "./target.js";

type Located = { readonly baseUrl: string };

/** The parts' steps together; where two have the same step, the later one counts. */
export function engineOf(
  options: ClientOptions & Located,
  service: Engine["service"],
  parts: readonly Part<never>[],
): Engine {
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  return { baseUrl, service, options, part: Object.assign({}, ...parts), plans: new Map() };
}

/** The plan of an operation, worked out once: what calls it again finds objects of the shapes that it knows. */
export function planOf(engine: Engine, row: Row): Plan {
  let plan = engine.plans.get(row);
  if (!plan) {
    const part: Steps = Object.assign({}, engine.part, ...(row.parts ?? []));
    plan = {
      row,
      engine,
      part,
      parameters: part.parameters(row),
      accept: part.accept(row, engine.service),
    };
    engine.plans.set(row, plan);
  }
  return plan;
}

/** From the request object to the decoded answer. Throws one of the errors of `errors.ts`. */
export async function exchange(
  plan: Plan,
  request: RequestObject = {},
  options: CallOptions = {},
): Promise<CallResponse<unknown>> {
  const { row, part } = plan;
  const source = part.complete?.(row, request) ?? request;
  await part.check?.(row, source, options);
  const prepared = encode(plan, source, options);
  const attempt = async (trial: Trial) => part.read(plan, await transmit(plan, prepared, trial), trial, options);
  if (part.repeat) return part.repeat(plan, prepared, options, attempt);
  // Without a time limit, only as quick to end as `fetch`, and with its errors.
  return attempt({ signal: options.signal, wait: same, answer: same, explain: same });
}

function same<T>(value: T): T {
  return value;
}

/** Encodes a request that is complete. Throws `InvalidRequestError`; sends nothing. */
export function encode(
  { row, engine, part, parameters, accept }: Plan,
  source: RequestObject,
  options: CallOptions,
): PreparedRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of membersOf({ ...engine.options.headers, ...options.headers }))
    headers[name.toLowerCase()] = value as string;
  parameters.headers?.(source, headers);
  headers["accept"] = options.accept ?? accept;
  const body = source.body === undefined ? undefined : part.write(row, source.body, options.contentType);
  if (body?.type) headers["content-type"] = body.type;
  return { method: row.method, target: parameters.target(source), headers, body, source };
}

/** Sends a request, with what the plan's parts add to it. */
export function transmit(plan: Plan, request: PreparedRequest, trial: Trial): Promise<Answer> {
  const { authorize, send = fetchAnswer } = plan.part;
  return authorize ? authorize(plan, request, trial, send) : send(plan, request, trial);
}

/** A request as `fetch` takes it. */
export function initOf({ method, headers, body }: PreparedRequest, signal?: AbortSignal): RequestInit {
  // Fetch wants it said that a streamed body is sent before the answer is read; of others it means nothing.
  const init = { method, headers, body: body?.content, signal, redirect: "manual", duplex: "half" };
  return init as RequestInit;
}

/** The plan of an operation by its row, or of the client's service by its name. Throws `TypeError` for an unknown name. */
export function planNamed(engine: Engine, name: Row | string): Plan {
  const row: Row | undefined = typeof name === "string" ? own(engine.service?.operations, name) : name;
  if (row === undefined) throw new TypeError(`no operation named ${name}`);
  return planOf(engine.part.locate?.(row, engine) ?? engine, row);
}
