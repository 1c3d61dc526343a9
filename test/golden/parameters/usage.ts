import { type FindItemsRequest, ParametersClient } from "./expected/index.js";

const path = { id: 1, label: "a", matrix: [1, 2] };
export const request: FindItemsRequest = {
  path,
  query: { "page[size]": 10, filter: { min: 1 }, where: { a: 1 } },
  header: { "X-Trace": true },
};
export const call = () => new ParametersClient().findItems(request);

// @ts-expect-error A path parameter is missing.
export const pathless = () => new ParametersClient().findItems({ path: { id: 1 }, query: { "page[size]": 1 } });
// @ts-expect-error The request has a required member, so it is required.
export const nothing = () => new ParametersClient().findItems();
// @ts-expect-error No such query parameter.
export const misspelt: FindItemsRequest = { path, query: { "page[size]": 1, tags: ["a"] } };
