/** A server of one operation that answers with what it was asked, on a real socket. */
import { connect } from "node:net";
import type { Operation, Parameter, ServiceDescription } from "../../../kit/src/index.js";
import { type ListenOptions, Server, type ServerOptions } from "../../../kit/src/server/index.js";

export type Asked = Partial<Record<"path" | "query" | "header" | "cookie" | "body", unknown>>;

const errors = { media: "application/json", code: "/code", message: "/message", details: "/details" };

export function describing(operation: Partial<Operation>): ServiceDescription {
  const json = [{ type: "application/json", format: "json" }] as const;
  const echo: Operation = {
    name: "echo",
    id: "echo",
    method: "POST",
    path: "/echo",
    responses: { 200: { content: json } },
    ...operation,
  };
  return {
    name: "echo",
    title: "Echo",
    version: "1",
    operations: { echo },
    channels: {},
    securitySchemes: {},
    errors,
  };
}

/** Path templates get the variable `p`; everything else is asked for at `/echo`. */
export function withParameters(parameters: readonly Parameter[]): ServiceDescription {
  return describing({
    method: "GET",
    parameters,
    path: parameters.some((each) => each.in === "path") ? "/echo/{p}" : "/echo",
  });
}

export class EchoServer extends Server {
  readonly #answer: (asked: Asked) => unknown;

  constructor(
    description: ServiceDescription,
    answer: (asked: Asked) => unknown = (asked) => asked,
    options: ServerOptions = {},
  ) {
    super(description, options);
    this.#answer = answer;
  }

  echo(asked: Asked): unknown {
    return this.#answer(asked);
  }
}

/** Runs a piece of a test against a listening server. */
export async function serving<T>(
  server: Server,
  use: (port: number) => Promise<T>,
  options: ListenOptions = {},
): Promise<T> {
  const { port } = await server.listen({ signals: false, ...options });
  try {
    return await use(port);
  } finally {
    await server.close({ timeoutMs: 500 });
  }
}

/** Writes bytes to a socket as they are, and gives all that comes back until the server closes. */
export function exchange(port: number, ...writes: (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => {
      for (const bytes of writes) socket.write(bytes);
    });
    socket.on("data", (data) => (received += data.toString("utf8")));
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });
}

/** One request on a connection of its own. */
export async function ask(
  port: number,
  target: string,
  {
    method = "GET",
    headers = {},
    body = "",
  }: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<{ status: number; head: string; text: string; json: unknown }> {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ host: "x", connection: "close", ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  if (bytes.length > 0) lines.push(`content-length: ${bytes.length}`);
  const received = await exchange(port, `${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`, bytes);
  const [head = "", text = ""] = received.split("\r\n\r\n", 2);
  return {
    status: Number(head.split(" ")[1]),
    head,
    text,
    json: text.startsWith("{") || text.startsWith("[") ? (JSON.parse(text) as unknown) : undefined,
  };
}
