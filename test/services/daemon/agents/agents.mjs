/** Agents for the instances of tests. */

/** Works until it is told to stop. */
export async function* endless(_input, { signal }) {
  yield { type: "step", data: { name: "begin" } };
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  return {};
}

/** Ends the process of the runtime, or says how it is. */
export async function* moody(input) {
  yield { type: "step", data: { name: "begin" } };
  if (input.goal === "crash") process.exit(7);
  if (input.goal === "wait") await new Promise((resolve) => setTimeout(resolve, 300));
  return { pid: process.pid, env: { ...process.env }, args: process.argv.slice(2) };
}

/** Says a word every few milliseconds, as often as the goal wants. */
export async function* talker(input) {
  for (let word = 0; word < Number(input.goal); word += 1) {
    yield { type: "token", text: `${word} ` };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { words: Number(input.goal), pid: process.pid };
}
