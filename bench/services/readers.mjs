/** Many readers of event streams in one process; counts what arrives, and how old it is. */
import { connect } from "node:net";

process.on("message", ({ port, paths, expected, ages }) => {
  let connected = 0;
  let events = 0;
  let done = 0;
  const waits = [];
  for (const path of paths) {
    const socket = connect({ port, host: "127.0.0.1" });
    let mine = 0;
    socket.on("connect", () =>
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n`),
    );
    socket.on("error", (error) => {
      console.error(error.message);
      process.exit(1);
    });
    let head = true;
    socket.on("data", (chunk) => {
      if (head) {
        head = false;
        connected += 1;
        if (connected === paths.length) process.send({ connected });
      }
      const now = performance.timeOrigin + performance.now();
      for (let at = chunk.indexOf('"at":'); at >= 0; at = chunk.indexOf('"at":', at + 5)) {
        mine += 1;
        events += 1;
        if (ages) waits.push(now - Number.parseFloat(chunk.latin1Slice(at + 5, at + 25)));
      }
      if (mine >= expected && mine !== Number.POSITIVE_INFINITY) {
        mine = Number.POSITIVE_INFINITY;
        done += 1;
        socket.destroy();
        if (done === paths.length) process.send({ events, waits });
      }
    });
  }
});

process.send("ready");
