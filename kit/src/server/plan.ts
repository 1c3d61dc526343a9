import type {
  Response as DeclaredResponse,
  Operation,
  ResponseHeader,
  SecurityRequirement,
  ServiceDescription,
} from "../operation.js";
import { BodyReader } from "./body.js";
import { builtinFor } from "./builtin.js";
import { ParameterReader } from "./parameters.js";

/** What the contract declares for one status. */
export interface Declared extends DeclaredResponse {
  /** The declared headers, names in lower case. */
  readonly headerRows: readonly (readonly [name: string, declared: ResponseHeader])[];
}

/** All that can be said of an operation before its first request, so that no request has to work it out. */
export class Plan {
  readonly security: readonly SecurityRequirement[] | undefined;
  readonly builtin: "health" | "version" | undefined;
  readonly parameters: ParameterReader;
  readonly body: BodyReader;
  /** What a bare result answers: the lowest declared 2xx, else 200. */
  readonly successStatus: number;
  /** What no result answers: the lowest declared 2xx without a body, else the same; 204 where only failures are declared. */
  readonly emptyStatus: number;
  readonly #onlyFailures: boolean;
  readonly #declared = new Map<number, Declared | undefined>();

  constructor(
    readonly operation: Operation,
    service: ServiceDescription,
  ) {
    this.security = operation.security ?? service.security;
    this.builtin = builtinFor(service, operation.name);
    this.parameters = new ParameterReader(operation.parameters ?? [], operation.path);
    this.body = new BodyReader(operation.body);
    const declared = Object.keys(operation.responses);
    const successes = declared.filter((code) => /^2\d\d$/.test(code));
    this.successStatus = successes.length === 0 ? 200 : Math.min(...successes.map(Number));
    const empty = successes.filter((code) => operation.responses[code]?.content === undefined);
    this.#onlyFailures = declared.every((code) => /^[45]/.test(code));
    if (this.#onlyFailures) this.emptyStatus = 204;
    else this.emptyStatus = empty.length === 0 ? this.successStatus : Math.min(...empty.map(Number));
  }

  /** What the contract declares for a status: itself, its range, or the default. Where it only says what fails, a success has no body. */
  declaredFor(status: number): Declared | undefined {
    if (!this.#declared.has(status)) {
      const bare = this.#onlyFailures && status >= 200 && status < 300 ? { headerRows: [] } : undefined;
      this.#declared.set(status, declaredFor(this.operation, status) ?? bare);
    }
    return this.#declared.get(status);
  }
}

function declaredFor({ responses }: Operation, status: number): Declared | undefined {
  const range = `${Math.floor(status / 100)}XX`;
  const key = [String(status), range, range.toLowerCase(), "default"].find((name) => Object.hasOwn(responses, name));
  const declared = key === undefined ? undefined : responses[key];
  if (!declared) return undefined;
  const headers = Object.entries(declared.headers ?? {});
  return { ...declared, headerRows: headers.map(([name, header]) => [name.toLowerCase(), header] as const) };
}
