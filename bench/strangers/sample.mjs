/** Random values of a schema, as the model has it: JSON Schema 2020-12 whose references are ids of types. */

/** No value is found for a schema; a pattern, for one, is only matched by a few guesses. */
export class NoValue extends Error {}

const words = [
  ...[
    "a",
    "b c",
    "x&y=1",
    "é",
    "#%",
    "q+r",
    "a/b",
    "100%",
    "A;B",
    "[z]",
    '"q"',
    "\\",
    "ü?",
    "t,u",
    "~1",
    "a.b",
    "日本",
  ],
];
const guesses = [
  ...["a", "A", "abc", "ABC", "0", "1", "12", "123", "1234", "12345678", "a1", "A1", "a-b", "en", "en-US", "USD", "v1"],
  ...["2020-01-01", "http://a.example", "https://a.example/b", "a@b.example", "1.2.3", "x.y", "+1234567890", "#ffffff"],
  ...["550e8400-e29b-41d4-a716-446655440000", "abcdef0123456789abcdef01", "a".repeat(24), "A".repeat(32)],
];
const byFormat = {
  "date-time": "2020-01-02T03:04:05Z",
  date: "2020-01-02",
  time: "03:04:05Z",
  duration: "P1D",
  uuid: "550e8400-e29b-41d4-a716-446655440000",
  email: "a@b.example",
  "idn-email": "a@b.example",
  uri: "http://a.example/b?c=d",
  iri: "http://a.example/",
  "uri-reference": "/a",
  "iri-reference": "/a",
  "uri-template": "/a",
  hostname: "a.example",
  "idn-hostname": "a.example",
  ipv4: "1.2.3.4",
  ipv6: "::1",
  byte: "YWI=",
  regex: "a+",
  "json-pointer": "/a",
  "relative-json-pointer": "0",
};
const MAX_DEPTH = 40;
/** From here on only what must be there is. */
const DEEP = 6;

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export class Sampler {
  /**
   * `types`: schemas by id. `isText`: values travel as text, in which null, nothing and an empty list are the same.
   * `allowed`: what such texts may be made of.
   */
  constructor(types, random, isText = false, allowed = /^/) {
    Object.assign(this, { types, random, isText, words: words.filter((word) => allowed.test(word)) });
  }

  /** @throws NoValue */
  value(schema, depth = 0) {
    if (schema === undefined || schema === true) return this.anything();
    if (schema === false || depth > MAX_DEPTH) throw new NoValue();
    if ("const" in schema) return schema.const;
    if (schema.enum) return this.pick(this.isText ? schema.enum.filter((one) => one !== null) : schema.enum);
    const { $ref, allOf, oneOf, anyOf, ...rest } = schema;
    if ($ref !== undefined) return this.both([this.types.get($ref), rest], depth);
    if (allOf) return this.both([...allOf, { ...rest, ...(oneOf && { oneOf }), ...(anyOf && { anyOf }) }], depth);
    if (oneOf ?? anyOf) return this.both([this.pick(oneOf ?? anyOf), rest], depth);
    return this.ofType(schema, depth);
  }

  /** Of several schemas at once: the members of all where they are objects, else what the first that says something gives. */
  both(schemas, depth) {
    const telling = schemas.filter((one) => one !== true && says(one));
    const values = (telling.length === 0 ? [true] : telling).map((one) => this.value(one, depth + 1));
    const objects = values.filter(isObject);
    return objects.length === values.length ? Object.assign({}, ...objects) : values.find((one) => !isObject(one));
  }

  ofType(schema, depth) {
    const types = [schema.type ?? typeSaid(schema)].flat();
    const usual = this.isText ? types.filter((type) => type !== "null") : types;
    switch (usual.includes("string") && this.isText ? "string" : this.pick(usual.length > 0 ? usual : types)) {
      case "null":
        return null;
      case "boolean":
        return this.random() < 0.5;
      case "integer":
        return this.number(schema, true);
      case "number":
        return this.number(schema, false);
      case "string":
        return schema["x-binary"] ? new Blob(["bytes"]) : this.text(schema);
      case "array":
        return this.list(schema, depth);
      case "object":
        return this.object(schema, depth);
      default:
        return this.anything();
    }
  }

  text({ pattern, format, minLength = 0, maxLength = Number.POSITIVE_INFINITY }) {
    const fits = (text) => length(text) >= minLength && length(text) <= maxLength;
    if (pattern !== undefined) {
      const found = guesses.find((guess) => fits(guess) && new RegExp(pattern).test(guess));
      if (found === undefined) throw new NoValue();
      return found;
    }
    const known = byFormat[format];
    if (known !== undefined) {
      if (fits(known)) return known;
      throw new NoValue();
    }
    const text = [...this.pick(this.words).padEnd(minLength, "x")].slice(0, maxLength).join("");
    if (text === "" && this.isText) throw new NoValue();
    return text;
  }

  number(schema, isInteger) {
    const step = isInteger ? 1 : 0.5;
    const least =
      schema.minimum ?? (schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + step);
    const most = schema.maximum ?? (schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - step);
    const low = Math.max(least ?? (most === undefined ? -3 : most - 10), -1e15);
    const high = Math.min(most ?? low + 1000, 1e15);
    if (low > high) throw new NoValue();
    if (schema.multipleOf) return Math.ceil(low / schema.multipleOf) * schema.multipleOf;
    const value = low + this.random() * (high - low);
    if (!isInteger) return Math.min(high, Math.max(low, Math.round(value * 100) / 100));
    return Math.min(Math.floor(high), Math.max(Math.ceil(low), Math.round(value)));
  }

  list({ prefixItems = [], items, minItems = 0, maxItems = Number.POSITIVE_INFINITY, uniqueItems }, depth) {
    const list = prefixItems.map((item) => this.value(item, depth + 1));
    const least = Math.max(minItems, this.isText ? 1 : 0);
    const wanted = Math.min(maxItems, least + (depth > DEEP ? 0 : Math.floor(this.random() * 3)));
    for (let tries = 0; list.length < wanted && tries < wanted + 20; tries++) {
      const value = this.value(items, depth + 1);
      if (!uniqueItems || !list.some((other) => JSON.stringify(other) === JSON.stringify(value))) list.push(value);
    }
    return list;
  }

  object({ properties = {}, required = [], additionalProperties }, depth) {
    const object = {};
    for (const [name, property] of Object.entries(properties)) {
      const isRequired = required.includes(name);
      if (property === false || (!isRequired && (depth > DEEP || this.random() < 0.4))) continue;
      this.member(object, name, property, isRequired, depth);
    }
    for (const name of required)
      if (!Object.hasOwn(object, name)) this.member(object, name, additionalProperties ?? true, true, depth);
    if (isObject(additionalProperties) && depth <= DEEP && this.random() < 0.5)
      this.member(object, "another member", additionalProperties, false, depth);
    if (this.isText && depth > 1 && Object.keys(object).length === 0) throw new NoValue();
    return object;
  }

  member(object, name, schema, isRequired, depth) {
    try {
      Object.defineProperty(object, name, {
        ...{ value: this.value(schema, depth + 1) },
        ...{ enumerable: true, writable: true, configurable: true },
      });
    } catch (error) {
      if (isRequired || !(error instanceof NoValue)) throw error;
    }
  }

  anything() {
    return this.isText ? "text" : this.pick([1, "x", true, { a: 1 }, [1]]);
  }

  pick(list) {
    if (list.length === 0) throw new NoValue();
    return list[Math.floor(this.random() * list.length)];
  }
}

function says(schema) {
  return schema === false || (isObject(schema) && Object.keys(schema).some((key) => !notes.has(key)));
}

const notes = new Set([
  "description",
  "title",
  "default",
  "examples",
  "readOnly",
  "writeOnly",
  "deprecated",
  "discriminator",
]);

function typeSaid(schema) {
  const has = (...keys) => keys.some((key) => schema[key] !== undefined);
  if (has("properties", "required", "additionalProperties", "patternProperties", "minProperties")) return "object";
  if (has("items", "prefixItems", "minItems")) return "array";
  if (has("pattern", "minLength", "maxLength", "format")) return "string";
  return has("minimum", "maximum", "multipleOf") ? "number" : "anything";
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Blob);
}

function length(text) {
  return [...text].length;
}
