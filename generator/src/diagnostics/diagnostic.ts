import type { SourceDocument } from "../read/document.js";
import { type Code, codes, type Severity } from "./codes.js";

/** A place in a contract: a document and the JSON pointer of a value in it. */
export interface Place {
  readonly document: SourceDocument;
  readonly pointer: string;
}

/** One problem, said in words for someone who has the contract open. */
export interface Diagnostic {
  readonly code: Code;
  readonly message: string;
  readonly severity: Severity;
  readonly fix: string;
  readonly place?: Place;
  /** Where the parser already knew the position (syntax errors). Both count from 1. */
  readonly position?: { readonly line: number; readonly column: number };
  /** For problems with a file that is no contract document. */
  readonly file?: string;
}

/** Collects problems so that one run reports them all. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  private readonly said = new Set<string>();
  private readonly places = new Set<string>();

  add(code: Code, message: string, where: Partial<Pick<Diagnostic, "place" | "position" | "file" | "fix">> = {}): void {
    const { severity, fix } = codes[code];
    // Many roads can lead to one place; what is wrong there is said once.
    const key = JSON.stringify([code, message, where.file, where.place?.document.name, where.place?.pointer]);
    if (this.said.has(key)) return;
    this.said.add(key);
    if (where.place) this.places.add(placeKey(code, where.place));
    this.list.push({ code, message, severity, fix, ...where });
  }

  /** Whether a problem of this kind has been reported at a place. */
  says(code: Code, place: Place): boolean {
    return this.places.has(placeKey(code, place));
  }

  get hasErrors(): boolean {
    return this.list.some(({ severity }) => severity === "error");
  }
}

function placeKey(code: Code, { document, pointer }: Place): string {
  return `${code} ${document.name}#${pointer}`;
}

/** Ends a command early with problems that are already complete sentences. */
export class DiagnosticsError extends Error {
  constructor(readonly diagnostics: Diagnostics) {
    super(`${diagnostics.list.length} problem(s)`);
  }
}
