import { Ajv2020 } from "ajv/dist/2020.js";
import { options, root, schemas } from "./ajv-options.mjs";

export const validate = new Ajv2020(options).addSchema(schemas).getSchema(root);
