/** Fastify with its own validation (ajv) and its own serialiser. */
import Fastify from "fastify";
import { orderSchema, receiptFor, receiptSchema } from "../order.mjs";

export async function start() {
  // Fastify would remove unknown members and turn texts into numbers; the contract refuses both.
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } });
  const schema = { body: orderSchema, response: { 200: receiptSchema } };
  app.post("/v1/orders", { schema }, async ({ body }) => receiptFor(body));
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app.server.address().port;
}
