import { initOf } from "./engine.js";
import type { ClientOptions } from "./options.js";
import type { Part, Send } from "./part.js";

type Interception = Pick<ClientOptions, "middleware" | "fetch" | "transport">;

/** The part that puts middleware and another transport in the place of the platform's `fetch`. */
export function interception(options: Interception): Part {
  const { middleware = [], transport } = options;
  const given = options.fetch ?? transport?.fetch;
  // The platform's own is called without making a `Request` first.
  const fetch = given === globalThis.fetch ? undefined : given;
  const lean = options.fetch === undefined && transport?.send;
  if (middleware.length > 0 || (fetch && !lean)) return { send: through(middleware, fetch) };
  return lean ? { send: lean } : {};
}

/** Through the middleware, outermost first, to a `fetch`. */
function through(middleware: NonNullable<Interception["middleware"]>, own: Interception["fetch"]): Send {
  return ({ engine }, request, trial) => {
    // In two steps: a browser's fetch must not be called as a method of something else.
    const fetch = own ?? globalThis.fetch;
    const last = (each: Request): Promise<Response> => trial.answer((async () => fetch(each))());
    const first = middleware.reduceRight<typeof last>((next, wrap) => async (each) => wrap(each, next), last);
    return first(new Request(engine.baseUrl + request.target, initOf(request, trial.signal)));
  };
}
