// Calls every operation of several contracts: random requests from the generated client to the generated server, random answers
// back. Answers with counts, and what came out otherwise.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { inMemory } from "@agentwire/kit/server";
import { NoValue, randomFrom, Sampler } from "./sample.mjs";
import { agentwire } from "./steps.mjs";

const counts = { broken: 0, operations: 0, calls: 0, wrong: 0, failures: [] };

process.once("message", async ({ batch, options }) => {
  for (const job of batch) {
    try {
      await callAll(job, options);
    } catch (error) {
      counts.broken++;
      counts.failures.push(`${job.name}: ${error.message}`);
    }
  }
  process.send(counts, () => process.exit());
});
// Nothing that is left behind may end the batch unseen.
process.on("unhandledRejection", (error) => counts.failures.push(`unhandled: ${error?.message}`));

async function callAll({ name, path, out, unreachable }, { calls }) {
  const load = (file) => import(pathToFileURL(join(out, file)).href);
  const [{ StrangerServer }, { StrangerClient }, schemas] = await Promise.all(
    ["server.js", "client.js", "schemas.js", "calls.js", "index.js"].map(load),
  );
  const model = modelOf(path);
  const types = new Map(model.types.map((type) => [type.id, type]));
  const judge = async (id, value) => (await schemas[types.get(id).name].load())(value);
  const state = {};
  for (const { name } of model.services[0].operations)
    Object.defineProperty(StrangerServer.prototype, name, {
      value: async (request) => {
        state.arrived = request;
        return state.answer;
      },
    });
  const server = new StrangerServer({ logger: loggerTo(state) });
  const client = new StrangerClient({ baseUrl: "http://localhost", transport: inMemory(server), retries: 0 });
  const schemaOf = new Map([...types].map(([id, { schema }]) => [id, schema]));
  for (const [index, operation] of model.services[0].operations.entries()) {
    const media = answerOf(operation);
    if (media === undefined || unreachable.some((one) => reaches(operation, one))) continue;
    counts.operations++;
    for (let round = 0; round < calls; round++) {
      const random = randomFrom(index * 1000 + round);
      const given = await valuesFor(operation, media, schemaOf, random, judge);
      if (!given) continue;
      counts.calls++;
      state.answer = given.answer;
      const problem = await call(client, state, operation, given, media);
      if (problem === undefined) continue;
      counts.wrong++;
      counts.failures.push(`${name}: ${operation.method} ${operation.path}: ${problem}`);
    }
  }
}

/** What is wrong with a call, in words; undefined for nothing. */
async function call(client, state, { name, body, pagination }, { request, answer }, media) {
  state.arrived = undefined;
  state.said = undefined;
  // Where there are several media types, the first.
  const options =
    (body?.content.length ?? 0) > 1 && request?.body !== undefined ? { contentType: body.content[0].type } : {};
  let got;
  try {
    got = await client[name](request, options);
  } catch (error) {
    return `${error.message} ${state.said ?? ""} of ${textOf(request)}`.slice(0, 600);
  }
  const [sent, arrived] = [await plain(request ?? {}), await plain(state.arrived ?? {})];
  if (!isDeepStrictEqual(sent, arrived)) return `sent ${textOf(sent)}, arrived ${textOf(arrived)}`.slice(0, 600);
  if (media === "nothing" || pagination || isDeepStrictEqual(await plain(got), await plain(answer))) return undefined;
  return `answered ${textOf(answer)}, got ${textOf(got)}`.slice(0, 600);
}

/** The media type of the answer to a plain call, `nothing`, or undefined where only a reply could say what has to be said. */
function answerOf({ method, responses, channel }) {
  const successes = responses.filter(({ status }) => /^2/.test(status));
  const others = responses.filter(({ status }) => /^[13]/.test(status));
  const bare = successes.find(({ content }) => content.length === 0);
  const answer =
    bare ?? successes[0] ?? (others.length === 0 ? responses.find(({ status }) => status === "default") : undefined);
  if (channel || (answer === undefined && others.length > 0)) return undefined;
  if (answer?.headers.some(({ required }) => required)) return undefined;
  const [media] = answer?.content ?? [];
  if (media === undefined || method === "HEAD" || answer.status === "204" || answer.status === "205") return "nothing";
  const isPlain = ["json", "text", "binary"].includes(media.format);
  return !isPlain || (media.type.includes("*") && media.format !== "json") || !media.type.includes("/")
    ? undefined
    : media;
}

/** A request and an answer that the contract allows; undefined where none was found. */
async function valuesFor({ request, body }, media, schemas, random, judge) {
  try {
    const texts = new Sampler(schemas, random, true);
    const values = new Sampler(schemas, random);
    const [first] = body?.content ?? [];
    let wanted;
    if (request !== undefined) {
      const { properties = {}, required = [] } = schemas.get(request);
      const { body: _, header, ...parameters } = properties;
      wanted = texts.object(
        { properties: parameters, required: required.filter((one) => Object.hasOwn(parameters, one)) },
        0,
      );
      // Headers have no other characters.
      if (header) wanted.header = new Sampler(schemas, random, true, /^[ -~\xa0-\xff]*$/).object(header, 0);
      if (first && (body.required || random() < 0.8))
        wanted.body = bodyOf(first, first.format === "json" ? values : texts);
      if (!(await judge(request, wanted))) return undefined;
    }
    const answer = media === "nothing" ? undefined : bodyOf(media, values);
    if (media !== "nothing" && media.schema !== undefined && !(await judge(media.schema, answer))) return undefined;
    return { request: wanted, answer };
  } catch (error) {
    if (error instanceof NoValue || error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function bodyOf({ format, schema }, sampler) {
  if (format === "binary" || format === "stream") return new Uint8Array([0, 1, 255]);
  if (schema === undefined) return format === "text" ? "text" : { a: "text" };
  return sampler.value({ $ref: schema });
}

function modelOf(path) {
  const stdio = ["ignore", "pipe", "ignore"];
  return JSON.parse(
    execFileSync(process.execPath, [agentwire, "model", "--spec", path, "--json"], { maxBuffer: 1 << 30, stdio }),
  );
}

/** Whether something was said of an operation: at its place, at one inside, or at its path. */
function reaches({ place }, pointer) {
  return (
    pointer === place.pointer || pointer.startsWith(`${place.pointer}/`) || place.pointer.startsWith(`${pointer}/`)
  );
}

/** Keeps what was said of the last error. */
function loggerTo(state) {
  const nothing = () => undefined;
  const logger = { fatal: nothing, warn: nothing, info: nothing, debug: nothing, trace: nothing, child: () => logger };
  logger.error = ({ err } = {}) => {
    state.said = `${err?.message} ${textOf(err?.violations ?? [])}`;
  };
  return logger;
}

/** A value that can be compared: bytes of any kind as text, no undefined members, groups without members left out. */
async function plain(value, depth = 0) {
  if (value instanceof Blob || ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `bytes ${Buffer.from(value instanceof Blob ? await value.arrayBuffer() : value).toString("hex")}`;
  if (Array.isArray(value)) return Promise.all(value.map((item) => plain(item, depth + 1)));
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  const members = await Promise.all(
    Object.entries(value).map(async ([name, member]) => [name, await plain(member, depth + 1)]),
  );
  const isEmptyGroup = (name, member) => depth === 0 && name !== "body" && Object.keys(member ?? {}).length === 0;
  return new Map(members.filter(([name, member]) => member !== undefined && !isEmptyGroup(name, member)));
}

function textOf(value) {
  return JSON.stringify(value, (_, inner) => (inner instanceof Map ? Object.fromEntries(inner) : inner));
}
