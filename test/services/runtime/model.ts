/** A server that speaks the wire of chat completions, by a script: each call of the model gets the next scene. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What the server does with one call. */
export type Scene = (response: ServerResponse, body: ChatBody) => void;

export interface ChatBody {
  readonly model: string;
  readonly stream: boolean;
  readonly max_tokens?: number;
  readonly messages: readonly { role: string; content: string | null; tool_calls?: unknown[]; tool_call_id?: string }[];
  readonly tools?: readonly { function: { name: string; parameters: object } }[];
}

export interface Model {
  readonly baseUrl: string;
  /** What was asked so far. */
  readonly bodies: ChatBody[];
  readonly headers: IncomingMessage["headers"][];
}

export async function scriptedModel(...scenes: Scene[]): Promise<Model> {
  const bodies: ChatBody[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const scene = scenes[bodies.length];
      bodies.push(JSON.parse(text) as ChatBody);
      headers.push(request.headers);
      if (request.method !== "POST" || request.url !== "/v1/chat/completions") response.writeHead(404).end();
      else if (scene) scene(response, bodies.at(-1) as ChatBody);
      else response.writeHead(400).end("the script is over");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, bodies, headers };
}

const event = (data: unknown): string => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const delta = (part: object, finish_reason: string | null = null) =>
  event({ id: "c1", object: "chat.completion.chunk", choices: [{ index: 0, delta: part, finish_reason }] });
const usage = (prompt_tokens: number, completion_tokens: number) =>
  event({ choices: [], usage: { prompt_tokens, completion_tokens } });

function open(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
}

/** Says something, word by word, in chunks that are cut in the middle of lines. */
export const says =
  (...words: string[]): Scene =>
  (response) => {
    open(response);
    const text = [
      ": a comment\n\n",
      delta({ role: "assistant", content: "" }),
      ...words.map((content) => delta({ content })),
      delta({}, "stop"),
      usage(20, words.length),
      event("[DONE]"),
    ].join("");
    for (let at = 0; at < text.length; at += 37) response.write(text.slice(at, at + 37));
    response.end();
  };

/** Calls tools: name and arguments, which come in two pieces each. */
export const calls =
  (...wanted: (readonly [name: string, args: string])[]): Scene =>
  (response) => {
    open(response);
    for (const [index, [name, args]] of wanted.entries()) {
      const middle = Math.floor(args.length / 2);
      response.write(
        delta({ tool_calls: [{ index, id: `call_${index}`, type: "function", function: { name, arguments: "" } }] }),
      );
      response.write(delta({ tool_calls: [{ index, function: { arguments: args.slice(0, middle) } }] }));
      response.write(delta({ tool_calls: [{ index, function: { arguments: args.slice(middle) } }] }));
    }
    response.end(delta({}, "tool_calls") + usage(30, 5) + event("[DONE]"));
  };

/** Begins to answer, and cuts the connection. */
export const breaksOff =
  (...words: string[]): Scene =>
  (response) => {
    open(response);
    response.write(words.map((content) => delta({ content })).join(""), () => response.socket?.destroy());
  };

/** Ends the stream as if it were whole, without a reason to finish. */
export const endsEarly: Scene = (response) => {
  open(response);
  response.end(delta({ content: "half" }));
};

export const answers =
  (status: number, body: unknown, headers: Record<string, string> = {}): Scene =>
  (response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

export const sends =
  (...data: unknown[]): Scene =>
  (response) => {
    open(response);
    response.end(data.map(event).join(""));
  };

/** Says a word and then nothing more. */
export const hangs: Scene = (response) => {
  open(response);
  response.write(delta({ content: "well" }));
};
