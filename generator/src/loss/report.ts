import type { Place } from "../diagnostics/diagnostic.js";
import { type Position, positionsOf } from "../diagnostics/position.js";
import { compare } from "../model/order.js";
import type { SourceDocument } from "../read/document.js";
import { countLosses, type Loss, type LossReport } from "./loss.js";

/** The loss report as JSON: schemas by file and pointer, each loss with its position. */
export function printLosses(report: LossReport): string {
  const positions = new Positions(report);
  const { exact, widened, unsupported } = countLosses(report);
  const value = {
    target: "typescript",
    summary: { exact, widened, unsupported },
    schemas: report.schemas
      .map(({ name, place, status, losses }) => ({
        name,
        ...positions.of(place),
        status,
        ...(status === "exact" ? {} : { losses: losses().map((loss) => printed(loss, positions)) }),
      }))
      .sort((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.name, b.name)),
    contract: report.contract.map((loss) => printed(loss, positions)),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** One line for people. */
export function summaryOf(report: LossReport): string {
  const { exact, widened, unsupported } = countLosses(report);
  const rest = unsupported === 0 ? "nothing is lost" : `${unsupported} not carried`;
  return `schemas: ${exact} exact, ${widened} widened in types and enforced by validators, ${rest}`;
}

function printed({ keyword, status, place, says }: Loss, positions: Positions) {
  return { keyword, status, ...positions.of(place), ...(says === undefined ? {} : { says }) };
}

/** The positions of all places of a report, each document read once. */
class Positions {
  private readonly known = new Map<SourceDocument, Map<string, Position>>();

  constructor({ schemas, contract }: LossReport) {
    const wanted = new Map<SourceDocument, string[]>();
    const add = ({ document, pointer }: Place) => {
      const list = wanted.get(document);
      if (list) list.push(pointer);
      else wanted.set(document, [pointer]);
    };
    for (const { place, losses } of schemas) {
      add(place);
      for (const loss of losses()) add(loss.place);
    }
    for (const { place } of contract) add(place);
    for (const [document, pointers] of wanted) this.known.set(document, positionsOf(document, pointers));
  }

  of({ document, pointer }: Place) {
    const { line = 1, column = 1 } = this.known.get(document)?.get(pointer) ?? {};
    return { file: document.name, line, column, pointer };
  }
}
