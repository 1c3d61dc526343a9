import { describe, expect, it } from "vitest";
import { DEFAULT_GOAL, readOptions } from "../../services/src/demo/options.js";

describe("readOptions", () => {
  it("has a default for everything", () => {
    const ports = { runtime: 8081, "tool-registry": 8082, daemon: 8083, session: 8084 };
    expect(readOptions([])).toEqual({ goal: DEFAULT_GOAL, once: false, ports });
  });

  it("takes what is given", () => {
    const ports = { runtime: 9000, "tool-registry": 9001, daemon: 9002, session: 9003 };
    expect(readOptions(["--once", "--goal", "1 + 1", "--port-base", "9000"])).toEqual({
      goal: "1 + 1",
      once: true,
      ports,
    });
    expect(readOptions(["--port-base=0"])?.ports).toEqual({ runtime: 0, "tool-registry": 0, daemon: 0, session: 0 });
    expect(readOptions(["--help"])).toBeUndefined();
  });

  it.each([
    [["--nope"]],
    [["word"]],
    [["--goal", " "]],
    [["--goal"]],
    [["--port-base", "x"]],
    [["--port-base", "65533"]],
  ])("refuses %s", (args) => {
    expect(() => readOptions(args)).toThrow(expect.objectContaining({ name: "UsageError" }));
  });
});
