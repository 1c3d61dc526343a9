import type { DocsClient, Thing } from "./expected/index.js";

export const thing: Thing = { name: "a", extent: { unit: "m" }, parts: [{ name: "b" }], owner: null };
export const get = (client: DocsClient) => client.getThing({ path: { id: "a" }, query: { depth: 2 } });

// @ts-expect-error A default is what a reader takes for a missing member; it does not make a required one optional.
export const nameless: Thing = { size: 0 };
