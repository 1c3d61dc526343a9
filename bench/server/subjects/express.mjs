/** Express with its JSON parser, and ajv. */
import { Ajv2020 } from "ajv/dist/2020.js";
import express from "express";
import { orderSchema, receiptFor } from "../order.mjs";

export async function start() {
  const validate = new Ajv2020({ strict: false }).compile(orderSchema);
  const app = express();
  app.post("/v1/orders", express.json(), (request, response) => {
    if (!validate(request.body)) return response.status(400).json({ errors: validate.errors });
    return response.json(receiptFor(request.body));
  });
  return await new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}
