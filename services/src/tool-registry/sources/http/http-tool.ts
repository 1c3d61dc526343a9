import type { HttpSourceConfig } from "../../config/config.js";
import { DEFAULT_TOOL_LIMITS, isObject, type JsonObject, type Tool, ToolError, unavailable } from "../../tool.js";
import { cappedText } from "./capped-body.js";
import { fetchWithinOrigin } from "./redirects.js";
import { ArgumentError, UrlTemplate } from "./url-template.js";

/** Statuses after which the same call may succeed. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);
const MAX_EXCERPT = 2000;

/**
 * A tool that is an HTTP endpoint.
 * @param headers read already
 * @param where the entry of the configuration, for errors
 * @throws Error for a URL or header that cannot be
 */
export function httpToolOf(config: HttpSourceConfig, headers: Readonly<Record<string, string>>, where: string): Tool {
  const { id, name = id, description, input_schema, output_schema, method = "POST" } = config;
  const url = explained(() => new UrlTemplate(config.url), `${where}/url`);
  explained(() => new Headers(headers), `${where}/headers`, "a header has a name or value that no header may have");
  const maxBytes = config.max_response_bytes ?? config.max_result_bytes ?? DEFAULT_TOOL_LIMITS.maxResultBytes;

  return {
    id,
    name,
    description,
    inputSchema: input_schema,
    ...(output_schema ? { outputSchema: output_schema } : {}),
    source: "remote",
    async run(args, { signal }) {
      const request = requestOf(url, method, headers, args);
      let response: Response;
      let text: string | undefined;
      try {
        response = await fetchWithinOrigin(request.url, { ...request.init, signal });
        text = await cappedText(response, maxBytes);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ToolError) throw error;
        throw unavailable("The endpoint of the tool cannot be reached.");
      }
      if (!response.ok) throw refusal(response, text);
      if (text === undefined) {
        throw new ToolError(
          "The answer of the endpoint is too large.",
          { max_bytes: maxBytes },
          {
            code: "tool.result_too_large",
          },
        );
      }
      return resultOf(response, text);
    },
  };
}

function requestOf(
  template: UrlTemplate,
  method: string,
  headers: Readonly<Record<string, string>>,
  args: JsonObject,
): { readonly url: URL; readonly init: RequestInit } {
  const url = expanded(template, args);
  const rest = Object.entries(args).filter(([name]) => !template.names.has(name));
  const accept = { accept: "application/json", ...headers };
  if (method === "GET" || method === "DELETE") {
    for (const [name, value] of rest) appendQuery(url, name, value);
    return { url, init: { method, headers: accept } };
  }
  const body = JSON.stringify(Object.fromEntries(rest));
  return { url, init: { method, body, headers: { "content-type": "application/json", ...accept } } };
}

function expanded(template: UrlTemplate, args: JsonObject): URL {
  try {
    return template.expand(args);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ToolError(
      "The arguments do not fit the URL of the tool.",
      { issues: [error.message] },
      {
        code: "tool.invalid_args",
      },
    );
  }
}

/** Lists as one pair an item, other structures as JSON. */
function appendQuery(url: URL, name: string, value: unknown): void {
  for (const item of Array.isArray(value) ? value : [value]) {
    url.searchParams.append(name, typeof item === "object" ? JSON.stringify(item) : String(item));
  }
}

function refusal({ status, headers }: Response, text: string | undefined): ToolError {
  const retryAfter = headers.get("retry-after");
  const details = {
    status,
    ...(text ? { body: text.slice(0, MAX_EXCERPT) } : {}),
    ...(retryAfter === null ? {} : { retry_after: retryAfter }),
  };
  const more = RETRYABLE.has(status) ? { retryable: true } : {};
  return new ToolError(`The endpoint of the tool answered ${status}.`, details, more);
}

function resultOf({ headers }: Response, text: string): JsonObject {
  if (text === "") return {};
  if (!isJson(headers.get("content-type") ?? "")) return { value: text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ToolError("The endpoint of the tool answered with JSON that is none.");
  }
  return isObject(value) ? value : { value };
}

function isJson(contentType: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType);
}

function explained<T>(make: () => T, where: string, reason?: string): T {
  try {
    return make();
  } catch (error) {
    throw new Error(`${where}: ${reason ?? (error as Error).message}`);
  }
}
