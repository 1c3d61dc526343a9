/** One connection in a process of its own that reads as fast as it can, and counts events. */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";

process.on("message", ({ port, accept, milliseconds }) => {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("connect", () => socket.write(accept === "websocket" ? upgrade() : request(accept)));
  socket.on("error", () => undefined);
  const count = accept === "websocket" ? countFrames() : countMarks;
  let events = 0;
  socket.on("data", (chunk) => {
    events += count(chunk);
  });
  setTimeout(() => {
    process.send({ events });
    socket.destroy();
  }, milliseconds);
});

function request(accept) {
  return `GET /v1/feed HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: ${accept}\r\n\r\n`;
}

function upgrade() {
  const key = randomBytes(16).toString("base64");
  return (
    "GET /v1/socket HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
    `sec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`
  );
}

/** Each event has its text once; one that a chunk cuts in two is missed, which is one in sixty. */
function countMarks(chunk) {
  let found = 0;
  for (let at = chunk.indexOf('"seq":'); at >= 0; at = chunk.indexOf('"seq":', at + 1000)) found += 1;
  return found;
}

/** Frames are walked by their lengths; those of these messages have a head of four bytes. */
function countFrames() {
  let skip = -1;
  let head = Buffer.alloc(0);
  return (chunk) => {
    let at = 0;
    let found = 0;
    if (skip < 0) {
      const end = chunk.indexOf("\r\n\r\n");
      if (end < 0) return 0;
      at = end + 4;
      skip = 0;
    }
    while (at < chunk.length) {
      const step = Math.min(skip, chunk.length - at);
      at += step;
      skip -= step;
      if (skip > 0) break;
      const bytes = Buffer.concat([head, chunk.subarray(at, at + 4 - head.length)]);
      at += bytes.length - head.length;
      head = bytes;
      if (head.length < 4) break;
      if (head[0] !== 0x81 || head[1] !== 126) throw new Error(`an unexpected frame: ${head.toString("hex")}`);
      skip = head.readUInt16BE(2);
      head = Buffer.alloc(0);
      found += 1;
    }
    return found;
  };
}
