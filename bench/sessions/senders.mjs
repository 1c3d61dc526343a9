/**
 * Connections that send messages, each the next one when the answer is there; or, with `every`, on a clock, as many as
 * that asks for. The content says when it was sent.
 */
import { connect } from "node:net";

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
    let rest = "";
    socket.on("connect", () => {
      if (every === undefined) send();
      else setTimeout(() => setInterval(send, every).unref(), (index * every) / senders.length);
    });
    socket.on("error", fail);
    socket.on("data", (chunk) => {
      rest += chunk.latin1Slice();
      for (;;) {
        const end = rest.indexOf("\r\n\r\n");
        const length = Number(/content-length: (\d+)/i.exec(rest)?.[1]);
        if (end < 0 || rest.length < end + 4 + length) return;
        if (!rest.startsWith("HTTP/1.1 201 ")) fail(new Error(rest));
        rest = rest.slice(end + 4 + length);
        answers += 1;
        if (every === undefined) send();
      }
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
