/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The lines of a text, found as far as they are asked for. */
export class Lines {
  private readonly starts = [0];
  private isWhole = false;

  constructor(private readonly text: string) {}

  /** Where an offset stands. */
  positionAt(offset: number): Position {
    while (!this.isWhole && this.last <= offset) this.findNext();
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 };
  }

  /** A line by its number, from 1, without its end; undefined where there is none. */
  line(number: number): string | undefined {
    while (!this.isWhole && this.starts.length <= number) this.findNext();
    const start = this.starts[number - 1];
    if (start === undefined) return undefined;
    const next = this.starts[number];
    return this.text.slice(start, next === undefined ? undefined : next - 1);
  }

  private get last(): number {
    return this.starts.at(-1) ?? 0;
  }

  private findNext(): void {
    const at = this.text.indexOf("\n", this.last);
    if (at < 0) this.isWhole = true;
    else this.starts.push(at + 1);
  }
}
