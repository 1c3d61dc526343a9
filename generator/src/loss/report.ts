import type { Place } from "../diagnostics/diagnostic.js";
import { Positions } from "../diagnostics/position.js";
import { compare } from "../model/order.js";
import { countLosses, type Loss, type LossReport } from "./loss.js";

/** The loss report as JSON: schemas by file and pointer, each loss with its position. */
export function printLosses(report: LossReport): string {
  const positions = new Positions(placesIn(report));
  const { exact, widened, unsupported } = countLosses(report);
  const value = {
    target: "typescript",
    summary: { exact, widened, unsupported },
    schemas: report.schemas
      .map(({ name, place, status, losses }) => ({
        name,
        ...positioned(place, positions),
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
  return { keyword, status, ...positioned(place, positions), ...(says === undefined ? {} : { says }) };
}

function* placesIn({ schemas, contract }: LossReport): Generator<Place> {
  for (const { place, losses } of schemas) {
    yield place;
    for (const loss of losses()) yield loss.place;
  }
  for (const { place } of contract) yield place;
}

function positioned(place: Place, positions: Positions) {
  const { line, column } = positions.of(place);
  return { file: place.document.name, line, column, pointer: place.pointer };
}
