// Answers a tool to GET and a result to POST, as small as a service's answers often are. On bare sockets: a `node:http`
// server would be slower than the quickest client.
import { createServer } from "node:net";

const answer = (value) => {
  const body = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: keep-alive\r\n\r\n${body}`;
};
const tool = answer({
  tool_id: "adder",
  name: "adder",
  description: "Adds.",
  input_schema: { type: "object" },
  source: "builtin",
});
const result = answer({ invocation_id: "i", ok: true, result: { sum: 3 } });

const server = createServer({ noDelay: true }, (socket) => {
  let rest = "";
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text) => {
    rest += text;
    let answers = "";
    for (let size = sizeOf(rest); size !== undefined && size <= rest.length; size = sizeOf(rest)) {
      answers += rest.startsWith("POST") ? result : tool;
      rest = rest.slice(size);
    }
    if (answers !== "") socket.write(answers, "latin1");
  });
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));

/** Bytes of the first whole request, once its head is there. */
function sizeOf(text) {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  return end + 4 + Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
}
