import { request } from "node:http";
import { connect } from "node:net";

/** A request as it goes over the wire: nothing is added, cleaned up or decoded. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Undefined where the text is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a wrong shape must reach the assertion that is about it, which a type would hide
  readonly json: any;
}

/** Sends a request by `node:http`, which leaves paths as they are and adds no content type. */
export function ask(base: string, path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const options = { host: hostname, port, path, method, headers: { ...length, ...headers }, agent: false };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Sends JSON, by POST where no method is given. */
export function askJson(base: string, path: string, value: unknown, sent: Sent = {}): Promise<Answer> {
  const headers = { "content-type": "application/json", ...sent.headers };
  return ask(base, path, { method: "POST", ...sent, headers, body: JSON.stringify(value) });
}

/** What a server says to these bytes, up to the end of the connection. */
export function sendBytes(base: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    socket.on("error", reject).on("close", () => resolve(text));
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
