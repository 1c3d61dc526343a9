/** Adds items to the end of a list. Spread into `push`, as many as a contract may have would overflow the stack. */
export function addAll<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}
