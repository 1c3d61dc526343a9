/** Bare code: one write an event, and a wait for `drain` when the client lags. Nothing is checked. */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { eventOf } from "../event.mjs";

const frames = {
  "text/event-stream": (event) => `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`,
  "application/x-ndjson": (event) => `${JSON.stringify(event)}\n`,
};

export async function start({ gather = 1 }) {
  const server = createServer(async (request, response) => {
    const type = request.headers.accept;
    const frame = frames[type];
    response.writeHead(200, { "content-type": type });
    for (let seq = 0; !response.destroyed; seq += gather) {
      let text = "";
      for (let index = 0; index < gather; index += 1) text += frame(eventOf(seq + index));
      if (!response.write(text)) await drained(response);
    }
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", async (socket) => {
    for (let seq = 0; socket.readyState === socket.OPEN; seq += 1) {
      socket.send(JSON.stringify(eventOf(seq)));
      // Without it the loop would starve the event loop, which could not even see that the client has left.
      if (seq % 64 === 0 || socket.bufferedAmount > 64 * 1024) await new Promise(setImmediate);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}

async function drained(response) {
  await new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
