/** Hono on its node adapter, with ajv. */
import { serve } from "@hono/node-server";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Hono } from "hono";
import { orderSchema, receiptFor } from "../order.mjs";

export async function start() {
  const validate = new Ajv2020({ strict: false }).compile(orderSchema);
  const app = new Hono();
  app.post("/v1/orders", async (context) => {
    const body = await context.req.json();
    if (!validate(body)) return context.json({ errors: validate.errors }, 400);
    return context.json(receiptFor(body));
  });
  return await new Promise((resolve) =>
    serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => resolve(port)),
  );
}
