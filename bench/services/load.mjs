/** Connections that each send the next request when the answer is there. */
import { connect } from "node:net";

const body = JSON.stringify({ input: { goal: "nothing" } });
const request = Buffer.from(
  `POST /v1/runs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);

process.on("message", ({ port, connections, milliseconds }) => {
  let answers = 0;
  let running = true;
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let rest = "";
    socket.on("connect", () => socket.write(request));
    socket.on("error", fail);
    socket.on("data", (chunk) => {
      rest += chunk.latin1Slice();
      const end = rest.indexOf("\r\n\r\n");
      const size = Number(/content-length: (\d+)/i.exec(rest)?.[1]);
      if (end < 0 || rest.length < end + 4 + size) return;
      if (!rest.startsWith("HTTP/1.1 200 ")) fail(new Error(rest));
      rest = rest.slice(end + 4 + size);
      answers += 1;
      if (running) socket.write(request);
    });
    return socket;
  });
  setTimeout(() => {
    running = false;
    process.send({ answers });
    for (const socket of sockets) socket.destroy();
  }, milliseconds);
});

function fail(error) {
  console.error(error.message);
  process.exit(1);
}

process.send("ready");
