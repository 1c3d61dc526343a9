/** Bare `node:http`: reads and answers JSON, and checks nothing. The measure of what is possible. */
import { createServer } from "node:http";
import { receiptFor } from "../order.mjs";

export async function start() {
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const text = chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString();
      const body = JSON.stringify(receiptFor(JSON.parse(text)));
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      response.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}
