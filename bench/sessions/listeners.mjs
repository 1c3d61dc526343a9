/** Many agents' sockets in one process; counts the events that arrive, and how old they are. */
import { connect } from "node:net";

const EVENT = '"type":"session.message"';
const AT_ONCE = 50;
const AT = '{\\"at\\":';

process.on("message", ({ port, tokens, path = "/connect", expected, ages = false, mark = EVENT }) => {
  if (port === undefined) return;
  let connected = 0;
  let done = 0;
  let events = 0;
  let bytes = 0;
  const waits = [];
  const open = (token) => {
    if (token === undefined) return;
    const socket = connect({ port, host: "127.0.0.1" });
    let mine = 0;
    let isOpen = false;
    let tail = "";
    socket.on("connect", () =>
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
      ),
    );
    socket.on("error", fail);
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      const text = tail + chunk.latin1Slice();
      if (!isOpen) {
        if (!text.startsWith("HTTP/1.1 101")) fail(new Error(text));
        isOpen = true;
        open(waiting.shift());
        connected += 1;
        if (connected === tokens.length) process.send({ connected });
      }
      const now = performance.timeOrigin + performance.now();
      let from = 0;
      for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, from)) {
        from = at + mark.length;
        mine += 1;
        events += 1;
      }
      if (ages) {
        for (let at = text.indexOf(AT); at >= 0 && at + 30 < text.length; at = text.indexOf(AT, at + 1)) {
          waits.push(now - Number.parseFloat(text.slice(at + AT.length, at + AT.length + 20)));
        }
      }
      // What is cut in two belongs to the next piece.
      tail = text.slice(Math.max(from, text.length - mark.length + 1));
      if (mine >= expected && expected > 0) {
        done += 1;
        mine = Number.NEGATIVE_INFINITY;
        if (done === tokens.length) process.send({ events });
      }
    });
  };
  // Some at a time: as many at once as there are is another matter than what each costs.
  const waiting = tokens.slice(AT_ONCE);
  for (const token of tokens.slice(0, AT_ONCE)) open(token);
  process.on("message", ({ report }) => report && process.send({ events, waits, bytes }));
});

function fail(error) {
  console.error(error.message);
  process.exit(1);
}

process.send("ready");
