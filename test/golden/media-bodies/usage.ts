import { MediaClient } from "./expected/index.js";

const client = () => new MediaClient();
export const form = () => client().postForm({ body: { name: "Ann", age: 3 } });
export const upload = () => client().upload({ body: { file: new Blob(["a"]), title: "a" } });
export const bytes = async (): Promise<Uint8Array> => client().putBlob({ body: new Uint8Array([1]) });
export const streamed = () => client().putBlob({ body: new Blob(["a"]).stream() });
export const text = async (): Promise<string> => client().shout({ body: "hi" });
export const nothing = () => client().either();

// @ts-expect-error The file is required.
export const fileless = () => client().upload({ body: { title: "a" } });
// @ts-expect-error A text is no bytes.
export const wrong = () => client().putBlob({ body: "text" });
