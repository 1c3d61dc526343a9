// One subject in a process of its own: `child.mjs MODULE VALIDATOR TASK`. Prints one JSON value: the verdicts on all
// samples (`verdicts`), validations per second (`speed`), or milliseconds to the first verdict (`cold`).
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { runRequest, samples } from "./values.mjs";

const WARM_UP_MS = 800;
const MEASURE_MS = 1000;
/** Different objects, so that no verdict can be kept. */
const VALUES = 16;

const [module, validator, task] = process.argv.slice(2);
const request = (seed) => JSON.parse(JSON.stringify(runRequest(seed)));
const one = request(0);
const { href } = pathToFileURL(module);
// Whatever this process does before is in a cold start too: the address and the other values are no part of that.
const started = performance.now();
const { [validator]: validate } = await import(href);
const first = validate(one);
const cold = performance.now() - started;
if (first !== true) throw new Error(`${module} refuses a valid value`);

const requests = Array.from({ length: VALUES }, (_, seed) => request(seed));
const tasks = {
  verdicts: () => samples().map(([, value]) => validate(value)),
  cold: () => cold,
  speed: () => {
    repeat(WARM_UP_MS);
    const speed = repeat(MEASURE_MS);
    // What the compiler made of it meanwhile must judge as it did before.
    if (samples().some(([valid, value]) => validate(value) !== valid)) throw new Error("a verdict changed");
    return speed;
  },
};
console.log(JSON.stringify(tasks[task]()));

/** Validations per second, over `time` (ms). */
function repeat(time) {
  const begin = performance.now();
  let count = 0;
  let now = begin;
  while (now - begin < time) {
    for (const request of requests) if (!validate(request)) throw new Error("a valid value is refused");
    count += requests.length;
    now = performance.now();
  }
  return (count * 1000) / (now - begin);
}
