import type { ServiceDescription } from "../operation.js";
import { Call } from "./call.js";
import { engineOf, exchange, planNamed } from "./engine.js";
import { checkHeaders } from "./header-check.js";
import { interception } from "./interception.js";
import { json } from "./json.js";
import type { CallOptions, ClientOptions } from "./options.js";
import { urlWriter } from "./parameters.js";
import type { Part } from "./part.js";
import type { CallResponse, Engine } from "./plan.js";
import { retries } from "./retry.js";
import type { RequestObject } from "./row.js";
import { validation } from "./validation.js";

/**
 * What every generated client is: a caller that knows its service, and one short method an operation. It writes scalars
 * and arrays by the default styles, and JSON; `parts` are what its contract needs beyond that. Methods that stream, page
 * or open a channel are functions of their own, so that only clients that have one hold that code.
 */
export class Client {
  /** For generated code, and for `stream`, `paginate` and `openChannel`. */
  readonly engine: Engine;

  constructor(service: ServiceDescription, options: ClientOptions = {}, ...parts: readonly Part[]) {
    const { server, baseUrl } = options;
    if (server && !baseUrl) throw new TypeError("the contract has no servers");
    const url = new URL(baseUrl ?? "http://localhost");
    if (url.username + url.search + url.hash !== "") {
      throw new TypeError("baseUrl must hold no credentials, query or fragment");
    }
    const headers = { "user-agent": options.userAgent, ...options.headers };
    checkHeaders(service.name, headers);
    this.engine = engineOf({ ...options, baseUrl: url.href, headers }, service, [
      { parameters: urlWriter },
      json,
      validation(options.validate),
      retries(options),
      interception(options),
      ...parts,
    ]);
    if (options.auth && !this.engine.part.authorize) throw new TypeError("the contract takes no credentials");
  }

  /** Calls an operation. Throws (in the promise) one of the errors of `errors.ts`. */
  call<Body, Header = object>(name: string, request?: RequestObject, options?: CallOptions): Call<Body, Header> {
    const response = exchange(planNamed(this.engine, name), request, options);
    return new Call(response as Promise<CallResponse<Body, Header>>);
  }
}
