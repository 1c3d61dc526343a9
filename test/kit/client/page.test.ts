import { afterEach, expect, test } from "vitest";
import { paginate } from "../../../kit/src/client/index.js";
import { answer, Client, closeAll, serve, service } from "./fixtures.js";

afterEach(closeAll);
interface Page {
  readonly runs: number[];
}

test("items of all pages, pages by themselves, and the first page as a promise", async () => {
  const { url, seen } = await serve((request, response) => {
    const token = new URL(request.url ?? "", "http://x").searchParams.get("page_token");
    answer(response, 200, token === null ? { runs: [1, 2], next: "a b" } : { runs: [3], next: "" });
  });
  const client = new Client(service, { baseUrl: url });
  const request = { query: { filter: { state: "x" } } };
  const list = paginate<Page, number>(client, "listRuns", request);
  expect((await list).runs).toEqual([1, 2]);
  const items: number[] = [];
  for await (const item of list) items.push(item);
  expect(items).toEqual([1, 2, 3]);
  expect(seen).toEqual(["GET /v1/runs?filter[state]=x", "GET /v1/runs?page_token=a%20b&filter[state]=x"]);
  const sizes: number[] = [];
  for await (const page of paginate<Page, number>(client, "listRuns").pages()) sizes.push(page.runs.length);
  expect(sizes).toEqual([2, 1]);
});

test.each([[null], [undefined], [""], [{}], ["same"]])("next %j ends the list", async (next) => {
  const { url, seen } = await serve((_, response) => answer(response, 200, { runs: [1], next }));
  let count = 0;
  for await (const _ of paginate(new Client(service, { baseUrl: url }), "listRuns")) count += 1;
  expect(count).toBe(next === "same" ? 2 : 1);
  expect(seen.length).toBe(count);
});

test("an integer cursor is sent as one, and breaking off fetches no further page", async () => {
  const { url, seen } = await serve((_, response, count) =>
    answer(response, 200, { runs: [count], next: String(count * 10) }),
  );
  for await (const item of paginate<Page, number>(new Client(service, { baseUrl: url }), "listSteps"))
    if (item === 3) break;
  expect(seen).toEqual(["GET /v1/steps", "GET /v1/steps?after=10", "GET /v1/steps?after=20"]);
});
