// Answers a tool to GET and a result to POST, as small as a service's answers often are.
import { createServer } from "node:http";

const json = (value) => Buffer.from(JSON.stringify(value));
const tool = json({
  tool_id: "adder",
  name: "adder",
  description: "Adds.",
  input_schema: { type: "object" },
  source: "builtin",
});
const result = json({ invocation_id: "i", ok: true, result: { sum: 3 } });

const server = createServer((request, response) => {
  request.resume();
  const body = request.method === "POST" ? result : tool;
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
