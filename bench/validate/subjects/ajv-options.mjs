import { readFileSync } from "node:fs";

const contract = JSON.parse(readFileSync(new URL("../contract.json", import.meta.url), "utf8"));
// Schemas whose names are used as they stand in the contract; the rest of it is no schema.
export const schemas = { $id: "contract", components: contract.components };
export const root = "contract#/components/schemas/RunRequest";
export const options = { discriminator: true, strict: false };
