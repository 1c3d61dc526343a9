import { MoreMediaClient, type Note, type PutNoteRequest, type PutNoteResponseVndNoteJson } from "./expected/index.js";

const client = () => new MoreMediaClient();
const parts = { path: { key: { a: 1 } }, header: { "X-Trace": ["a"] }, cookie: { pref: "dark" } } as const;
export const bodies = (bytes: Uint8Array): PutNoteRequest["body"][] => [
  { text: "a" },
  { text: "a", stars: 3 },
  "a",
  bytes,
];
export const put = async (): Promise<Note | PutNoteResponseVndNoteJson | string> =>
  client().putNote({ path: { key: { a: 1 } }, header: { "X-Trace": ["a"] }, cookie: { pref: "dark" }, body: "a" });
export const nothing = () => client().maybe();
export const picture = async (): Promise<Uint8Array> => client().must({ body: { text: "a" } });
export const upload = () =>
  client().upload({ body: { main: new Blob(["a"]), count: 1, note: { text: "a" }, tags: ["x"], encoded: "aGk=" } });

export const pictures = () => client().upload({ body: { main: new Blob(["a"]), more: [new Uint8Array([1])] } });

// @ts-expect-error A text is no picture, unless it is encoded.
export const written = () => client().upload({ body: { main: new Blob(["a"]), more: ["a"] } });
// @ts-expect-error The body is required.
export const bodiless = () => client().must();
// @ts-expect-error So is this one.
export const empty: PutNoteRequest = {
  path: { key: { a: 1 } },
  header: { "X-Trace": ["a"] },
  cookie: { pref: "dark" },
};
// @ts-expect-error None of the media types.
export const number: PutNoteRequest["body"] = 3;
// @ts-expect-error Content of a parameter has a type too.
export const key: PutNoteRequest["path"] = { key: "a" };
// @ts-expect-error A required cookie is missing.
export const uncookied: PutNoteRequest = { path: parts.path, header: { "X-Trace": ["a"] }, body: "a" };
