/** Whether a row reaches its target, a text such as `>= 1.25`. A row without a value does not. */
export function meets({ value, target }) {
  const [, sign, limit] = /^([<>]=?)\s*([\d.]+)$/.exec(target) ?? [];
  if (sign === undefined) throw new Error(`a target is a text such as ">= 1.25", not ${JSON.stringify(target)}`);
  if (typeof value !== "number") return false;
  const difference = sign.startsWith("<") ? Number(limit) - value : value - Number(limit);
  return sign.endsWith("=") ? difference >= 0 : difference > 0;
}

/** Rows as aligned columns: what, subject, value with unit, and pass or miss where there is a target. */
export function table(rows) {
  const cells = [
    ["what", "subject", "value", "unit", "target", ""],
    ...rows.map((row) => [
      row.what,
      row.subject,
      shown(row.value),
      row.unit,
      row.target ?? "",
      row.target === undefined ? "" : meets(row) ? "pass" : "MISS",
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => (column === VALUE ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const VALUE = 2;

/** Three figures that count, and thousands apart; a text, such as `timeout`, as it is. */
function shown(value) {
  if (typeof value !== "number") return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString("en", { maximumFractionDigits: Number.isInteger(value) ? 0 : digits });
}
