// Makes a contract for measuring: N schemas that refer to each other in dense cycles, and N operations. The same seed
// gives the same bytes. `node bench/synthetic/make.mjs [N] [SEED]` prints it.
import { pathToFileURL } from "node:url";

/** Every kind of reference that a generator must follow: which keyword holds it, and how a member is made of it. */
const ways = [
  ["in a member", (ref) => ref],
  ["in items", (ref) => ({ type: "array", items: ref })],
  ["in a map", (ref) => ({ type: "object", additionalProperties: ref })],
  ["beside more", (ref) => ({ allOf: [ref, { type: "object", properties: { note: { type: "string" } } }] })],
  ["or null", (ref) => ({ oneOf: [ref, { type: "null" }] })],
];
const REFERENCES = 6;
/** Every so many schemas there is a union of those before it, told apart by `kind`. */
const UNION_EVERY = 10;

/** An OpenAPI 3.1 document with `count` schemas and `count` operations. */
export function makeContract(count = 2000, seed = 1) {
  const random = randomFrom(seed);
  const schemas = {};
  for (let index = 0; index < count; index++) schemas[nameOf(index)] = schemaOf(index, count, random);
  const paths = {};
  for (let index = 0; index < count; index += 2) paths[`/things-${index}/{id}`] = pathItem(index, count, random);
  return {
    openapi: "3.1.0",
    info: { title: "Synthetic", version: "1.0.0", description: "Made for measuring." },
    servers: [{ url: "https://synthetic.example" }],
    paths,
    components: { schemas },
  };
}

function nameOf(index) {
  return `Thing${index}`;
}

function refTo(index) {
  return { $ref: `#/components/schemas/${nameOf(index)}` };
}

function schemaOf(index, count, random) {
  const isUnion = index % UNION_EVERY === UNION_EVERY - 1;
  return isUnion ? unionOf(index) : objectOf(index, count, random);
}

function objectOf(index, count, random) {
  const properties = {
    kind: { type: "string", const: nameOf(index), description: "Tells the things apart." },
    id: { type: "string", minLength: 1, maxLength: 64 },
    size: { type: "integer", minimum: 0, maximum: 1_000_000 },
    state: { type: "string", enum: ["new", "open", "done"] },
    at: { type: "string", format: "date-time" },
  };
  for (let one = 0; one < REFERENCES; one++) {
    const [, make] = ways[one % ways.length];
    properties[`link_${one}`] = make(refTo(Math.floor(random() * count)));
  }
  return {
    type: "object",
    description: `Thing number ${index}.`,
    required: ["kind", "id"],
    properties,
    additionalProperties: false,
  };
}

function unionOf(index) {
  const members = Array.from({ length: REFERENCES }, (_, step) => index - 1 - step);
  return {
    description: `One of ${members.length} things.`,
    oneOf: members.map(refTo),
    discriminator: {
      propertyName: "kind",
      mapping: Object.fromEntries(members.map((member) => [nameOf(member), refTo(member).$ref])),
    },
  };
}

/** Two operations: one that reads with parameters, one that writes a body. */
function pathItem(index, count, random) {
  const answer = (description) => ({
    description,
    content: { "application/json": { schema: refTo(Math.floor(random() * count)) } },
  });
  return {
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    get: {
      operationId: `getThing${index}`,
      summary: `Reads thing ${index}.`,
      parameters: [
        { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 100 } },
        { name: "fields", in: "query", schema: { type: "array", items: { type: "string" } } },
        { name: "X-Trace", in: "header", schema: { type: "string" } },
      ],
      responses: { 200: answer("The thing."), 404: answer("There is none.") },
    },
    put: {
      operationId: `putThing${index}`,
      summary: `Writes thing ${index}.`,
      requestBody: {
        required: true,
        content: { "application/json": { schema: refTo(Math.floor(random() * count)) } },
      },
      responses: { 200: answer("The thing as it is now.") },
    },
  };
}

/** mulberry32: small, and the same on every machine. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [count, seed] = process.argv.slice(2).map(Number);
  process.stdout.write(`${JSON.stringify(makeContract(count, seed), null, 2)}\n`);
}
