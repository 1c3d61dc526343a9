import type { Awaitable } from "./response.js";

/** Goes on with a value: now, or when it has come. Whatever fails on the way goes to `fail`, also what `next` throws. */
export function proceed<T>(value: Awaitable<T>, next: (value: T) => void, fail: (error: unknown) => void): void {
  if (isPending(value)) value.then((ready) => attempt(next, ready, fail), fail);
  else attempt(next, value, fail);
}

/** Calls a function, and gives what it throws to `fail`. */
export function attempt<T>(next: (value: T) => void, value: T, fail: (error: unknown) => void): void {
  try {
    next(value);
  } catch (error) {
    fail(error);
  }
}

function isPending<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
