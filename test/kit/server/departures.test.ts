import { setImmediate } from "node:timers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Departures } from "../../../kit/src/server/adapters/departures.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Milliseconds of a clock that goes on only where a test says so: a busy machine takes any time between two lines. */
let now = 0;

beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});

afterEach(() => void vi.restoreAllMocks());

function station() {
  const departures = new Departures();
  const left: number[] = [];
  const add = (...numbers: number[]) => {
    for (const number of numbers) departures.add({ depart: () => left.push(number) });
  };
  return { left, add };
}

it("lets those of one turn go together, in their order", async () => {
  const { left, add } = station();
  add(1, 2);
  await Promise.resolve();
  add(3);
  expect(left).toEqual([]);
  await turn();
  expect(left).toEqual([1, 2, 3]);
  add(4, 5);
  expect(left).toEqual([1, 2, 3]);
  await turn();
  expect(left).toEqual([1, 2, 3, 4, 5]);
});

it("does not let them wait for a turn that takes long", () => {
  const { left, add } = station();
  add(1);
  now += 0.4;
  add(2);
  expect(left).toEqual([]);
  now += 0.2;
  add(3);
  expect(left).toEqual([1, 2, 3]);
});

it("sends at once when a turn has brought no more than one, and tries again now and then", async () => {
  const { left, add } = station();
  let waits = 0;
  for (let number = 1; number <= 100; number += 1) {
    add(number);
    if (left.length < number) waits += 1;
    await turn();
    expect(left).toHaveLength(number);
  }
  expect(waits).toBeGreaterThan(2);
  expect(waits).toBeLessThan(10);
});

it("needs no timers that a test has replaced", async () => {
  vi.useFakeTimers();
  const { left, add } = station();
  add(1);
  await turn();
  vi.useRealTimers();
  expect(left).toEqual([1]);
});
