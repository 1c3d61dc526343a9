/** Connections that each send the next request when the answer is there. */
import { connect } from "node:net";
import { onAnswers } from "../lib/answers.mjs";

const body = JSON.stringify({ input: { goal: "nothing" } });
const request = Buffer.from(
  `POST /v1/runs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);

process.on("message", ({ port, connections, milliseconds }) => {
  let answers = 0;
  let running = true;
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("connect", () => socket.write(request));
    onAnswers(socket, 200, () => {
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

process.send("ready");
