import { describe, expect, it } from "vitest";
import { EventLog } from "../../../services/src/runtime/event-log.js";
import { collect } from "../support.js";

describe("EventLog", () => {
  it("gives every reader everything, whenever it comes", async () => {
    const log = new EventLog<number>();
    const early = collect(log.read(0));
    log.append(1);
    log.append(2);
    const middle = collect(log.read(0));
    log.append(3);
    log.close();
    expect(await Promise.all([early, middle, collect(log.read(0))])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it("goes on from a position, also one past its end", async () => {
    const log = new EventLog<number>();
    for (const item of [0, 1, 2]) log.append(item);
    log.close();
    expect(await collect(log.read(2))).toEqual([2]);
    expect(await collect(log.read(99))).toEqual([]);
  });

  it("lets a reader go whose signal aborts, while it waits too", async () => {
    const log = new EventLog<number>();
    log.append(1);
    const stop = new AbortController();
    const reading = collect(log.read(0, stop.signal));
    setTimeout(() => stop.abort(), 5);
    expect(await reading).toEqual([1]);
  });

  it("takes nothing once it is closed", () => {
    const log = new EventLog<number>();
    log.close();
    expect(() => log.append(1)).toThrow("closed");
  });
});
