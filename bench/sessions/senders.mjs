/**
 * Connections that send messages, each the next one when the answer is there; or, with `every`, on a clock, as many as
 * that asks for. The content says when it was sent.
 */
import { connect } from "node:net";
import { onAnswers } from "../lib/answers.mjs";

process.on("message", ({ port, senders, milliseconds, every, size = 100 }) => {
  const filler = "x".repeat(size);
  let answers = 0;
  let running = true;
  const sockets = senders.map(({ path, token }, index) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n`;
    const send = () => {
      if (!running) return;
      const body = `{"content":"{\\"at\\":${(performance.timeOrigin + performance.now()).toFixed(3)}} ${filler}"}`;
      socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    };
    socket.on("connect", () => {
      if (every === undefined) send();
      else setTimeout(() => setInterval(send, every).unref(), (index * every) / senders.length);
    });
    onAnswers(socket, 201, () => {
      answers += 1;
      if (every === undefined) send();
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
