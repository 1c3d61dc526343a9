import { createCaller, retries } from "@agentwire/kit/client";
import { stream } from "@agentwire/kit/client/stream";
import * as calls from "./expected/calls.js";
import { type Item, ShopClient } from "./expected/index.js";

const call = createCaller({ baseUrl: "http://shop", service: calls.service }, retries());
export const one = async (): Promise<Item> => (await call(calls.getItem, { path: { id: "a" } }, { retries: 3 })).body;
export const left = async (): Promise<number | undefined> =>
  (await call(calls.getItem, { path: { id: "a" } })).header["X-Left"];
export const gone = () => call(calls.delete, { path: { id: "a" } });
export const some = async (): Promise<Item[]> => (await call(calls.Item)).body;
export async function* watched(): AsyncIterable<Item> {
  yield* stream(call, calls.watch);
}

export const shop = new ShopClient({ server: { index: 0, variables: { region: "us", port: "8443" } } });
export const tags = async (): Promise<string[] | undefined> =>
  (await shop.getItem({ path: { id: "a" } }).withResponse()).header["X-Tags"];
export const cost = async (): Promise<number | undefined> =>
  (await shop.getItem({ path: { id: "a" } }).withResponse()).header["X-Cost"]?.amount;

// @ts-expect-error There is no such region.
export const asia = new ShopClient({ server: { index: 0, variables: { region: "asia" } } });
// @ts-expect-error There are two servers.
export const third = new ShopClient({ server: { index: 2 } });
// @ts-expect-error The id is required.
export const nothing = () => call(calls.getItem);
// @ts-expect-error A header that the contract does not declare.
export const odd = async () => (await call(calls.getItem, { path: { id: "a" } })).header["X-Right"];
// @ts-expect-error An option of a part that the caller does not have.
export const unchecked = () => call(calls.getItem, { path: { id: "a" } }, { validate: false });
