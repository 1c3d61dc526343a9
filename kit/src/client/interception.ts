import { cancelLate } from "./attempt.js";
import { fetchAnswer, initOf } from "./engine.js";
import type { ClientOptions, ClientTransport } from "./options.js";
import type { Part, Send } from "./part.js";
import type { Answer, PreparedRequest } from "./plan.js";

const MAX_REDIRECTS = 5;

type Interception = Pick<ClientOptions, "middleware" | "fetch" | "transport" | "followRedirects">;

/** The part that puts middleware and another transport in the place of the platform's `fetch`, and follows redirects. */
export function interception(options: Interception): Part {
  const { middleware = [], transport, followRedirects } = options;
  const given = options.fetch ?? transport?.fetch;
  // The platform's own is called without making a `Request` first.
  const fetch = given === globalThis.fetch ? undefined : given;
  const lean = options.fetch === undefined && transport?.send;
  const send: Send | undefined =
    middleware.length > 0 || (fetch && !lean) ? through(middleware, fetch) : lean ? leanly(lean) : undefined;
  if (!followRedirects) return send ? { send } : {};
  return { send: following(send ?? fetchAnswer) };
}

/** Through the middleware, outermost first, to a `fetch`. */
function through(middleware: NonNullable<Interception["middleware"]>, own: Interception["fetch"]): Send {
  return ({ engine }, request, trial) => {
    // In two steps: a browser's fetch must not be called as a method of something else.
    const fetch = own ?? globalThis.fetch;
    const last = (each: Request): Promise<Response> => trial.answer((async () => fetch(each))());
    const first = middleware.reduceRight<typeof last>((next, wrap) => async (each) => wrap(each, next), last);
    return first(new Request(engine.baseUrl + request.target, initOf(request, trial.signal ?? null)));
  };
}

function leanly(send: NonNullable<ClientTransport["send"]>): Send {
  return ({ engine }, { method, target, headers, body }, trial) =>
    trial.answer(send({ method, url: engine.baseUrl + target, headers, body: body?.content }, trial));
}

/** Follows redirects of GET and HEAD within the origin: never across, because credentials stay where they belong. */
function following(send: Send): Send {
  return async (plan, request, trial) => {
    let answer = await send(plan, request, trial);
    let from = plan.engine.baseUrl + request.target;
    for (let hops = 0; hops < MAX_REDIRECTS; hops++) {
      const to = redirectOf(from, request, answer);
      if (to === undefined) break;
      cancelLate(answer);
      from = to.href;
      const engine = { ...plan.engine, baseUrl: to.origin };
      answer = await send({ ...plan, engine }, { ...request, target: to.pathname + to.search }, trial);
    }
    return answer;
  };
}

function redirectOf(from: string, { method }: PreparedRequest, { status, headers }: Answer): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || (method !== "GET" && method !== "HEAD")) return undefined;
  const location = headers.get("location");
  const url = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined;
  return url?.origin === new URL(from).origin ? url : undefined;
}
