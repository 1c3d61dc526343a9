/** The least that sends events to many readers: one text, written to each response. */
import { createServer } from "node:http";

const [count, perWrite, filler] = JSON.parse(process.argv[2]);
const responses = [];
const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(":\n\n");
  responses.push(response);
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));

process.on("message", async () => {
  for (let index = 0; index < count; index += perWrite) {
    const event = `id: ${index}\nevent: step\ndata: ${JSON.stringify({ run_id: "run_0", seq: index, type: "step", data: { at: 1, filler } })}\n\n`;
    const text = event.repeat(perWrite);
    // A chunk of HTTP as one text: node's own `write` makes four writes of it.
    const chunk = `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    for (const { socket } of responses) socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
});
