// Runs in a process of its own that may not make code from text: imports generated validators, asks each for its
// verdicts, and prints a line `[name, verdict]` for each test as it goes, so that a crash names its place.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

for (const { module, guard, path, group, names } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const validator = await load(module, guard);
  for (const { description, data } of JSON.parse(readFileSync(path, "utf8"))[group].tests) {
    const name = names[description];
    if (name !== undefined) process.stdout.write(`${JSON.stringify([name, verdict(validator, data)])}\n`);
  }
}

async function load(module, guard) {
  try {
    return (await import(pathToFileURL(module).href))[guard];
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function verdict(validator, value) {
  try {
    return String(validator(value));
  } catch (error) {
    return `threw ${error.message.split("\n")[0]}`;
  }
}
