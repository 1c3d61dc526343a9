import fc from "fast-check";
import { BODIES, CONTENT_TYPES, HEADERS, TEXTS } from "./corpus.js";

/** A request; `{id}` in its path stands for a session. */
export interface Input {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** With a mark for every half of a pair, which no URL can hold. */
export const wellFormed = (value: string): string => Buffer.from(value).toString();

const text = fc.oneof(
  fc.constantFrom(...TEXTS.filter(({ length }) => length < 1000)),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 10 }),
  fc.integer().map(String),
);

/** Percent-encoded bytes, right or wrong, so that any library sends it as it is. */
const encoded = fc.oneof(
  text.map((value) => encodeURIComponent(wellFormed(value))),
  fc
    .uint8Array({ maxLength: 8 })
    .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")),
  fc.stringMatching(/^[%0-9a-zA-Z._~!$&'()*+,;=:@-]{0,12}$/),
);

const VERBS = ["", "/events", "/join", "/leave", "/end", "/reopen", "/messages", "/invite"];

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("limit", "after_sequence", "token", "x", "limit[]"), encoded)
      .map(([name, value]) => `?${name}=${value}`),
  },
  { weight: 1, arbitrary: encoded.map((value) => `?${value}`) },
);

/** Paths about a session that is or is not there. */
const ofSession = fc.tuple(fc.constantFrom(...VERBS), query).map(([verb, more]) => `/sessions/{id}${verb}${more}`);

const anyPath = fc.oneof(
  fc.tuple(encoded, fc.constantFrom(...VERBS), query).map(([id, verb, more]) => `/sessions/${id}${verb}${more}`),
  query.map((more) => `/sessions${more}`),
  fc
    .tuple(encoded, fc.constantFrom("", "/allowlist", "/blocks", "/rotate-token"))
    .map(([handle, more]) => `/_admin/agents/${handle}${more}`),
  fc.tuple(encoded, encoded).map(([handle, entry]) => `/_admin/agents/${handle}/allowlist/${entry}`),
  encoded.map((path) => `/${path}`),
);

/** A value where another is expected. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, -1, 1.5, [], {}, [[]], [null]),
  fc.constantFrom("@bob.test", "@alice.test", ["@alice.test"], [{ type: "text", text: "x" }]),
);

const member = fc.constantFrom(
  "invite",
  "topic",
  "content",
  "initial_message",
  "end_after_send",
  "idempotency_key",
  "metadata",
  "handle",
  "policy",
  "entries",
  "__proto__",
  "more",
);

/** An object with members of the contract and values that may be none. */
const object = fc.array(fc.tuple(member, value), { maxLength: 4 }).map((entries) => {
  const members = entries.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`);
  return `{${members.join()}}`;
});

const body = fc.oneof(
  { weight: 6, arbitrary: object },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4 }).map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.constantFrom(...BODIES.filter(({ length }) => length < 20_000)) },
  { weight: 1, arbitrary: fc.tuple(object, fc.nat(30)).map(([whole, cut]) => whole.slice(0, -1 - cut)) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const headers = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant("application/json") },
      { weight: 2, arbitrary: fc.constantFrom(...CONTENT_TYPES) },
    ),
    fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constantFrom(...HEADERS) }),
  )
  .map(([type, more]) => ({ "content-type": type, ...more }));

const method = fc.oneof(
  { weight: 6, arbitrary: fc.constant("POST") },
  { weight: 2, arbitrary: fc.constant("GET") },
  { weight: 1, arbitrary: fc.constantFrom("PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND") },
);

const about = (path: fc.Arbitrary<string>): fc.Arbitrary<Input> => fc.record({ method, path, headers, body });

/** Requests about a session. */
export const sessionRequests = about(ofSession);
export const anyRequests = about(anyPath);

/** What a client may say on its socket. */
export const frames = fc.oneof(
  text,
  body.map((one) => one ?? ""),
  fc.jsonValue().map((one) => JSON.stringify({ type: one })),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
);
