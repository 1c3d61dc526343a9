/** Bodies and answers as they are on the wire, where the kit takes short cuts past node's streams. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import type { Media } from "../../../kit/src/index.js";
import { type Logger, type RequestContext, reply } from "../../../kit/src/server/index.js";
import { type Asked, describing, EchoServer, exchange, serving } from "./echo.js";

const json: Media[] = [{ type: "application/json", format: "json" }];
const open = describing({ body: { content: json } });
const head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
const last = "GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
const bodiesOf = (received: string) => received.match(/"body":[^}]*/g);

const sized = (body: string, headers = "") =>
  `${head}${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const chunked = (...chunks: string[]) =>
  `${head}transfer-encoding: chunked\r\n\r\n${[...chunks, ""].map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join("")}`;

/** A connection that is written to step by step. */
async function connection(port: number): Promise<{ socket: Socket; until(pattern: RegExp): Promise<string> }> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  let received = "";
  socket.on("data", (data) => (received += data.toString()));
  socket.on("error", () => undefined);
  const until = async (pattern: RegExp) => {
    await expect.poll(() => received, { timeout: 3000 }).toMatch(pattern);
    return received;
  };
  return { socket, until };
}

/** Runs the test twice: with bodies that are waited for, and with bodies that are there before anybody wants them. */
const early = { limits: { rate: { requests: 1000, seconds: 60 } } };
const both = it.each([
  ["in time", {}],
  ["early", early],
] as const);

both("joins a body that comes %s in pieces, of which none ends where a character does", async (_, options) => {
  await serving(new EchoServer(open, undefined, options), async (port) => {
    const { socket, until } = await connection(port);
    const bytes = Buffer.from(chunked('["ä', "ö", 'ü"]'));
    for (const byte of bytes) {
      socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    expect(await until(/"body"/)).toContain('{"body":["äöü"]}');
    socket.destroy();
  });
});

both("takes a large body that comes %s, and the next request behind it", async (_, options) => {
  const text = JSON.stringify("x".repeat(900_000));
  const sizes = ({ body }: Asked) => ({ body: (body as string).length });
  await serving(new EchoServer(open, sizes, options), async (port) => {
    const received = await exchange(
      port,
      sized(text),
      chunked(...(text.match(/.{1,5000}/g) ?? [])),
      sized('"xy"'),
      last,
    );
    expect(bodiesOf(received)).toEqual(['"body":900000', '"body":900000', '"body":2']);
  });
});

both("refuses a body that is too large while it comes, %s, and lets the rest of it go by", async (_, options) => {
  const limits = { ...options, limits: { ...("limits" in options ? options.limits : {}), body: 1000 } };
  await serving(new EchoServer(open, undefined, limits), async (port) => {
    const { socket, until } = await connection(port);
    const chunk = `3e8\r\n${"x".repeat(1000)}\r\n`;
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n${chunk}${chunk}`);
    await until(/^HTTP\/1.1 413 [\s\S]*payload_too_large/);
    socket.write(`${chunk.repeat(300)}0\r\n\r\n${sized("[1]")}`);
    await until(/"body":\[1\]/);
    socket.destroy();
  });
});

both("refuses a request without its body, which comes %s, and serves the next", async (_, options) => {
  const body = JSON.stringify("x".repeat(300_000));
  await serving(new EchoServer(open, undefined, options), async (port) => {
    const refused = sized(body).replace("/echo", "/nowhere");
    const received = await exchange(port, refused, sized("[1]"), refused, sized("[2]"), last);
    expect(received.match(/HTTP\/1.1 \d+/g)?.map((line) => line.slice(9))).toEqual(["404", "200", "404", "200", "404"]);
    expect(bodiesOf(received)).toEqual(['"body":[1]', '"body":[2]']);
  });
});

both("asks for a body that waits to be asked for (%s)", async (_, options) => {
  await serving(new EchoServer(open, undefined, options), async (port) => {
    const { socket, until } = await connection(port);
    socket.write(`${head}expect: 100-continue\r\ncontent-length: 3\r\n\r\n`);
    await until(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
    socket.write("[1]");
    await until(/\r\n\r\nHTTP\/1.1 200 [\s\S]*"body":\[1\]/);
    socket.destroy();
  });
});

both("ignores a body that the operation does not declare, and comes %s", async (_, options) => {
  const none = describing({});
  await serving(new EchoServer(none, undefined, options), async (port) => {
    const received = await exchange(port, sized('"x"'), chunked('"x"'), last);
    expect(received.match(/HTTP\/1.1 200 [\s\S]*?\r\n\r\n\{\}/g)).toHaveLength(2);
  });
});

both("takes no trailer for a header (%s)", async (_, options) => {
  let headers: RequestContext["headers"] = {};
  class Seeing extends EchoServer {
    override echo(asked: Asked, context?: RequestContext) {
      headers = context?.headers ?? {};
      return asked;
    }
  }
  await serving(new Seeing(open, undefined, options), async (port) => {
    const body = chunked("[1]").replace(/\r\n\r\n$/, "\r\nauthorization: forged\r\n\r\n");
    expect(bodiesOf(await exchange(port, body, last))).toEqual(['"body":[1]']);
  });
  expect(headers).toMatchObject({ "content-type": "application/json" });
  expect(headers).not.toHaveProperty("authorization");
});

it("answers pipelined requests in their order, although the later are done first", async () => {
  const slowFirst = async ({ body }: Asked) => {
    await sleep(body === 1 ? 50 : 0);
    return { body };
  };
  await serving(new EchoServer(open, slowFirst), async (port) => {
    const received = await exchange(port, sized("1") + chunked("2") + sized("3") + last);
    expect(bodiesOf(received)).toEqual(['"body":1', '"body":2', '"body":3']);
  });
});

it.each(["destroy", "resetAndDestroy"] as const)("tells the method of a client that leaves by %s", async (leave) => {
  let told = "";
  let began = false;
  class Waiting extends EchoServer {
    override async echo(_: Asked, context?: RequestContext) {
      began = true;
      await once(context?.signal as AbortSignal, "abort");
      told = "gone";
      return {};
    }
  }
  await serving(new Waiting(open), async (port) => {
    const { socket } = await connection(port);
    socket.write(sized("[1]"));
    await expect.poll(() => began).toBe(true);
    socket[leave]();
    await expect.poll(() => told).toBe("gone");
    expect(bodiesOf(await exchange(port, last))).toBeNull();
  });
});

it("never calls the method of a client that resets the connection within a body, and is done with it", async () => {
  let calls = 0;
  const answer = () => {
    calls += 1;
    return {};
  };
  const done: unknown[] = [];
  const nothing = () => undefined;
  const info = ({ operation, status }: { operation?: string; status?: number }) =>
    void (operation === "echo" && done.push(status));
  const logger: Logger = { debug: nothing, info, warn: nothing, error: nothing, child: () => logger };
  await serving(new EchoServer(open, answer, { logger }), async (port) => {
    for (const start of [sized('"0123456789"').slice(0, -5), chunked("[1]").slice(0, -5)]) {
      const { socket } = await connection(port);
      socket.write(start);
      await sleep(20);
      socket.resetAndDestroy();
    }
    await expect.poll(() => done).toEqual([400, 400]);
    expect(await exchange(port, last)).toMatch(/^HTTP\/1.1 404/);
  });
  expect(calls).toBe(0);
});

it("says how long an answer is in bytes, whatever is in it, and closes where the client wants it", async () => {
  await serving(new EchoServer(open), async (port) => {
    const received = await exchange(port, sized('"ä€😀"'), sized('"a"'), sized("1", "connection: close\r\n"));
    const answers = received.split(/(?=HTTP\/1.1)/);
    expect(answers.map((answer) => /content-length: (\d+)/.exec(answer)?.[1])).toEqual(["20", "12", "10"]);
    expect(answers.map((answer) => answer.split("\r\n\r\n")[1])).toEqual([
      '{"body":"ä€😀"}',
      '{"body":"a"}',
      '{"body":1}',
    ]);
    expect(answers.map((answer) => /connection: ([\w-]+)/i.exec(answer)?.[1])).toEqual([
      "keep-alive",
      "keep-alive",
      "close",
    ]);
  });
});

it("answers HEAD with the head alone, and the next request of the connection", async () => {
  const get = describing({ method: "GET" });
  await serving(new EchoServer(get, () => ({ some: "thing" })), async (port) => {
    const received = await exchange(port, "HEAD /echo HTTP/1.1\r\nhost: x\r\n\r\n", last.replace("nowhere", "echo"));
    const [first, second, body] = received.split("\r\n\r\n");
    expect(first).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*content-length: 16/);
    expect([second?.startsWith("HTTP/1.1 200 OK\r\n"), body]).toEqual([true, '{"some":"thing"}']);
  });
});

it("answers HEAD with the head alone also where it is refused", async () => {
  await serving(new EchoServer(describing({ method: "GET" })), async (port) => {
    const noHost = await exchange(port, "HEAD /echo HTTP/1.1\r\n\r\n");
    expect(noHost).toMatch(/^HTTP\/1.1 400 [\s\S]*\r\n\r\n$/);
    const unknown = await exchange(port, last.replace("GET", "HEAD"));
    expect(unknown).toMatch(/^HTTP\/1.1 404 [\s\S]*\r\n\r\n$/);
  });
});

it.each([
  ["transfer-encoding", "chunked", /\r\n\r\nc\r\n\{"body":\[1\]\}\r\n0\r\n\r\n$/],
  ["expect", "nothing", /\r\n\r\n\{"body":\[1\]\}$/],
])(
  "sends the whole body also where a method sets the header %s, which changes how node sends it",
  async (name, value, end) => {
    const answer = (asked: Asked) => reply(200, asked, { [name]: value });
    await serving(new EchoServer(open, answer), async (port) => {
      expect(await exchange(port, sized("[1]", "connection: close\r\n"))).toMatch(end);
    });
  },
);

it("answers HTTP/1.0, and closes", async () => {
  await serving(new EchoServer(open), async (port) => {
    const received = await exchange(port, sized("[1]").replace("HTTP/1.1", "HTTP/1.0"));
    expect(received).toMatch(/connection: close[\s\S]*\{"body":\[1\]\}$/i);
  });
});

it("keeps nothing of a request whose connection waits for the next", async () => {
  let headers: WeakRef<object> | undefined;
  class Seeing extends EchoServer {
    override echo(asked: Asked, context?: RequestContext) {
      headers = new WeakRef(context?.headers ?? {});
      return asked;
    }
  }
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  await serving(new Seeing(open), async (port) => {
    const { socket, until } = await connection(port);
    socket.write(sized("[1]"));
    await until(/"body":\[1\]/);
    await expect
      .poll(() => {
        collectGarbage();
        return headers?.deref();
      })
      .toBeUndefined();
    socket.destroy();
  });
});
