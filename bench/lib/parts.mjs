/** The `run` of a bench that has parts: all of them, or those that are named. */
export function runOf(parts) {
  return async ({ log = () => undefined, args = [] } = {}) => {
    const wanted = args.length === 0 ? Object.keys(parts) : args;
    const rows = [];
    for (const name of wanted) {
      if (!parts[name]) throw new Error(`there is no part "${name}"; there are ${Object.keys(parts).join(", ")}`);
      log(name);
      rows.push(...(await parts[name]({ log })));
    }
    return rows;
  };
}
