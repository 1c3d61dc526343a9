/** Property tests try the same values on every run, so that a failure is the change's own; `npm run fuzz` tries others. */
import fc from "fast-check";

const given = process.env.FUZZ_SEED;
const seed = given === "new" ? Date.now() % 2 ** 31 : Number(given ?? 20_261_126);

if (given === "new") console.log(`property tests with FUZZ_SEED=${seed}`);
fc.configureGlobal({ seed });
