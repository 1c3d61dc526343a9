import pc from "picocolors";

/** A step of the demonstration did not do what it should. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
}

/** Tells people what happens: numbered steps, with facts below them. Colours only where a terminal takes them. */
export class Narrator {
  #step = 0;

  constructor(private readonly write: (text: string) => void) {}

  step(title: string): void {
    this.#step += 1;
    this.write(`\n${pc.bold(pc.cyan(`${this.#step}. ${title}`))}\n`);
  }

  /** One fact: a label, and what there is to say. */
  fact(label: string, text: string): void {
    this.write(`   ${pc.dim(label.padEnd(14))} ${text}\n`);
  }

  line(text = ""): void {
    this.write(text === "" ? "\n" : `   ${text}\n`);
  }

  /** States that something holds. @throws DemoFailure when it does not */
  check(holds: boolean, claim: string): asserts holds {
    if (!holds) throw new DemoFailure(`this should hold, and does not: ${claim}`);
    this.write(`   ${pc.green("✓")} ${claim}\n`);
  }
}
