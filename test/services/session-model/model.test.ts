/**
 * Random steps by several agents, done by the operator over HTTP and WebSocket and by the model, compared after every
 * one. A failure comes back with FUZZ_SEED, and is shrunk to the steps that it takes; AGENTWIRE_MODEL_STEPS says how
 * many steps there are in all.
 */
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { add, MOST_STEPS, type Step, steps, take } from "./steps.js";
import { HANDLES, World } from "./world.js";

afterAll(cleanUp);

const BUDGET = Number(process.env["AGENTWIRE_MODEL_STEPS"] ?? 2000);
/** Shrinking a failure stops after that; without one the steps take a tenth of it. */
const MOST_MS_PER_STEP = 50;
/** What a run has on average. */
const STEPS_PER_RUN = MOST_STEPS / 2;

const kinds = [
  { name: "who is away comes back", grace: "endless", restarts: false },
  { name: "who is away is out", grace: "none", restarts: false },
  { name: "the operator is started anew now and then", grace: "endless", restarts: true },
] as const;

it.each(kinds)(
  "the operator does what the model does: $name",
  async ({ grace, restarts }) => {
    let taken = 0;
    const run = async (all: readonly Step[]): Promise<void> => {
      const world = await World.start(grace, restarts);
      try {
        for (const handle of HANDLES) {
          const { json } = await world.operator.admin.post("/_admin/agents", { handle, policy: "open" });
          add(world, handle, json.token);
        }
        for (const step of all) {
          await take(world, step);
          taken += 1;
        }
        await world.expectAll();
      } finally {
        await world.close();
      }
    };
    const numRuns = Math.ceil(BUDGET / kinds.length / STEPS_PER_RUN);
    await fc.assert(fc.asyncProperty(steps(restarts), run), {
      numRuns,
      interruptAfterTimeLimit: BUDGET * MOST_MS_PER_STEP,
    });
    expect(taken).toBeGreaterThan(0);
  },
  600_000,
);
