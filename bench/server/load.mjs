/** Load from a process of its own: connections that each send the next request when the answer is complete. */
import { connect } from "node:net";
import { order } from "./order.mjs";

const body = JSON.stringify(order);
const request = Buffer.from(
  `POST /v1/orders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
);

process.on("message", async ({ port, connections, milliseconds }) => {
  let answers = 0;
  let running = true;
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("connect", () => socket.write(request));
    socket.on("error", (error) => fail(error.message));
    let rest = "";
    socket.on("data", (chunk) => {
      rest += chunk.latin1Slice();
      const size = sizeOf(rest);
      if (size === undefined || rest.length < size) return;
      if (!rest.startsWith("HTTP/1.1 200 ")) fail(rest);
      rest = rest.slice(size);
      answers += 1;
      if (running) socket.write(request);
    });
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  running = false;
  process.send({ answers });
  for (const socket of sockets) socket.destroy();
});

/** Bytes of the whole response, once its head is there. */
function sizeOf(text) {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const length = /content-length: (\d+)/i.exec(text);
  if (length === null) fail(`no content-length in ${text}`);
  return end + 4 + Number(length[1]);
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
