import type { ServiceDescription } from "../operation.js";
import { authentication } from "./auth.js";
import { Call } from "./call.js";
import { engineOf, exchange, planNamed } from "./engine.js";
import { interception } from "./interception.js";
import { media } from "./media.js";
import type { CallOptions, ClientOptions } from "./options.js";
import { PagedCall } from "./page.js";
import type { CallResponse, Engine } from "./plan.js";
import { retries } from "./retry.js";
import type { RequestObject } from "./row.js";
import { defaultUrl, serverUrl } from "./servers.js";
import { styles } from "./styles.js";
import { checkNames, validation } from "./validation.js";

/**
 * What every generated client is: a caller with all parts, and one short method an operation. Methods that stream or
 * open a channel come from `client/stream` and `client/channel`, so that only clients that have one hold that code.
 */
export class Client {
  /** For generated code, and for `stream` and `openChannel`. */
  readonly engine: Engine;

  constructor(service: ServiceDescription, options: ClientOptions = {}) {
    const { server, baseUrl = server ? serverUrl(service, server) : defaultUrl(service) } = options;
    const url = new URL(baseUrl);
    if (url.username + url.search + url.hash !== "") {
      throw new TypeError("baseUrl must hold no credentials, query or fragment");
    }
    checkNames(options.headers);
    const headers = { "user-agent": options.userAgent, ...options.headers };
    const parts = [
      styles,
      media,
      validation(options.validate),
      retries(options),
      authentication(options.auth),
      interception(options),
    ];
    this.engine = engineOf({ ...options, baseUrl: url.href, headers }, service, parts);
  }

  /** Calls an operation. Throws (in the promise) one of the errors of `errors.ts`. */
  call<Body, Header = object>(name: string, request?: RequestObject, options?: CallOptions): Call<Body, Header> {
    const plan = planNamed(this.engine, name);
    return new Call(() => exchange(plan, request, options) as Promise<CallResponse<Body, Header>>);
  }

  /** Calls an operation that answers in pages. */
  paginate<Page, Item, Header = object>(
    name: string,
    request?: RequestObject,
    options?: CallOptions,
  ): PagedCall<Page, Item, Header> {
    return new PagedCall(planNamed(this.engine, name), request, options);
  }
}
