import { afterEach, expect, test } from "vitest";
import * as kit from "../../../kit/src/client/index.js";
import { retryAfter } from "../../../kit/src/client/retry-after.js";
import { answer, closeAll, failure, serve, service } from "./fixtures.js";

afterEach(closeAll);
const path = { run_id: "r" };

test.each([
  [400, kit.BadRequestError],
  [401, kit.UnauthorizedError],
  [403, kit.ForbiddenError],
  [404, kit.NotFoundError],
  [409, kit.ConflictError],
  [413, kit.PayloadTooLargeError],
  [418, kit.ApiError],
  [422, kit.UnprocessableError],
  [429, kit.RateLimitedError],
  [500, kit.ServerError],
  [599, kit.ServerError],
])("status %i has its class, and the service's own fields", async (status, Class) => {
  const problem = { error: { code: "no", message: "Not today", details: { a: 1 }, retryable: false } };
  const { url } = await serve((_, response) =>
    answer(response, status, problem, { "x-request-id": "q1", "retry-after": "7" }),
  );
  const error = await failure(new kit.Client(service, { baseUrl: url }).call("getRun", { path }));
  expect((error as object).constructor).toBe(Class);
  expect(error).toBeInstanceOf(kit.ApiError);
  expect(error).toMatchObject({
    name: Class.name,
    operation: "getRun",
    status,
    code: "no",
    message: "Not today",
    details: { a: 1 },
    retryable: false,
    requestId: "q1",
    retryAfterMs: 7000,
    body: problem,
  });
});

test("a proxy's page becomes an excerpt of at most 500 characters", async () => {
  const { url } = await serve((_, response) =>
    answer(response, 502, `<html>${"x".repeat(5000)}`, { "content-type": "text/html" }),
  );
  const error = (await failure(
    new kit.Client(service, { baseUrl: url, retries: 0 }).call("getRun", { path }),
  )) as kit.ApiError;
  expect(error).toMatchObject({ status: 502, code: undefined });
  expect(String(error.body)).toHaveLength(500);
  expect(error.message).toMatch(/^getRun answered 502: <html>xxx/);
});

test("an error without a body, with malformed JSON, or with hostile JSON is still that error", async () => {
  const bodies = [
    "",
    "{",
    '{"error":{"code":{"a":1},"message":5,"retryable":"yes"},"__proto__":{"status":1}}',
    "null",
    "[]",
  ];
  const { url } = await serve((_, response, count) => answer(response, 404, bodies[count - 1]));
  const client = new kit.Client(service, { baseUrl: url });
  const errors: unknown[] = [];
  for (const _ of bodies) errors.push(await failure(client.call("getRun", { path })));
  for (const error of errors) expect(error).toMatchObject({ name: "NotFoundError", status: 404, code: undefined });
  expect(errors[1]).toMatchObject({ body: "{" });
  expect(errors[2]).toMatchObject({ message: "5", retryable: undefined });
});

test("Retry-After in all of its forms", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfter("120", now)).toBe(120_000);
  expect(retryAfter("Thu, 01 Jan 2026 00:01:00 GMT", now)).toBe(60_000);
  expect(retryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  for (const nonsense of [null, "", "-1", "1.5", "soon"]) expect(retryAfter(nonsense, now)).toBeUndefined();
});
