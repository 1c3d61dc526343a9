/** The least that sends frames to many sockets: `ws`, with one text for all. */
import { WebSocketServer } from "ws";

const [count, text] = JSON.parse(process.argv[2]);
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () => {
  process.send({ port: server.address().port });
});
process.on("message", async () => {
  for (let index = 0; index < count; index += 1) {
    const frame = JSON.stringify(text);
    for (const socket of server.clients) socket.send(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }
});
