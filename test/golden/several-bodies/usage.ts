import { createCaller } from "@agentwire/kit/client";
import * as calls from "./expected/calls.js";
import { BodiesClient } from "./expected/index.js";

const client = () => new BodiesClient();
const path = { id: "a" };
const full = { path, body: { all: "a" } };

export const merge = () => client().patch({ path, body: { name: null } });
export const patch = () => client().patch({ path, body: [{ op: "add" }] });
export const first = () => client().replace({ path, body: { name: "a" } });
export const text = () => client().replace({ path, body: "a" }, { signal: AbortSignal.timeout(1000) });
export const bytes = () => client().replace({ path, body: new Blob(["a"]).stream() });
export const named = () => client().replace({ path, body: { name: "a" } }, { contentType: "application/json" });
export const second = async (): Promise<number> =>
  client().replace(full, { contentType: "application/vnd.full+json", timeoutMs: 5 });
export const form = () => client().replace(full, { contentType: "multipart/form-data" });
export const none = () => client().create();
export const items = () => client().create({ body: [{ all: "a" }].values() });
export const range = () => client().create({ body: { all: "a" } }, { contentType: "application/vnd.any" });

// @ts-expect-error Sent without a word, this would go out as the first media type.
export const silent = () => client().replace(full);
// @ts-expect-error Nor with options that do not say it.
export const without = () => client().replace(full, { timeoutMs: 5 });
// @ts-expect-error It is no body of the media type.
export const wrong = () => client().replace(full, { contentType: "text/plain" });
// @ts-expect-error Nor is this one.
export const other = () => client().replace({ path, body: "a" }, { contentType: "application/vnd.full+json" });
// @ts-expect-error The contract has no such media type.
export const unknown = () => client().replace(full, { contentType: "application/xml" });

const call = createCaller({ baseUrl: "http://localhost" });
export const callFirst = () => call(calls.replace, { path, body: { name: "a" } });
export const callSecond = () => call(calls.replace, full, { contentType: "multipart/form-data" });
export const callNone = () => call(calls.create);
// @ts-expect-error Single calls have to say it too.
export const callSilent = () => call(calls.replace, full);
