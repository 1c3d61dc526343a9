/** The generated server base, as `listen` runs it. */
import { receiptFor } from "../order.mjs";

export async function start({ validateResponses }) {
  const { OrdersServer } = await import("../out/server.js");
  class Orders extends OrdersServer {
    async placeOrder({ body }) {
      return receiptFor(body);
    }
  }
  const { port } = await new Orders({ validateResponses }).listen();
  return port;
}
