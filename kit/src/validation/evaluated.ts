/**
 * What the parts of a schema have looked at, for `unevaluatedProperties` and `unevaluatedItems`
 * (JSON Schema 2020-12, Core §11).
 */
export class Evaluated {
  /** Every member or item has been looked at. */
  all = false;
  private readonly keys = new Set<string | number>();

  add(key: string | number): void {
    this.keys.add(key);
  }

  has(key: string | number): boolean {
    return this.all || this.keys.has(key);
  }
}
