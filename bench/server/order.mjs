/** What every subject gets and answers, and the plain JSON Schemas that the peers validate by. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The generator's own YAML reader: one dependency fewer.
const yaml = createRequire(new URL("../../generator/package.json", import.meta.url))("js-yaml");
const { components } = yaml.load(readFileSync(new URL("contract.yaml", import.meta.url), "utf8"));

export const { Order: orderSchema, Receipt: receiptSchema } = components.schemas;

export const order = {
  id: "ord_01HZX3T9Q6",
  customer: { name: "Ada Lovelace", email: "ada@example.org", vip: true },
  currency: "EUR",
  placed: "2026-03-14",
  gift: false,
  note: "Please ring twice and leave it with the neighbour if nobody opens. ".repeat(6).slice(0, 376),
  labels: { channel: "web", campaign: "spring", region: "eu-central" },
  discount: 0.05,
  lines: Array.from({ length: 9 }, (_, index) => ({ sku: `AB-${1000 + index}`, quantity: index + 1, price: 9.95 })),
};

/** The work of the handler: the same few lines for each subject. */
export function receiptFor({ id, lines, discount = 0 }) {
  const sum = lines.reduce((total, { quantity, price }) => total + quantity * price, 0);
  return { id, state: "accepted", total: Math.round(sum * (1 - discount) * 100) / 100, lines: lines.length };
}
