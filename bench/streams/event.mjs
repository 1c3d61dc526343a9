/** An event of 1 KB of JSON, whatever its number. */
const text = "The quick brown fox jumps over the lazy dog. ".repeat(21).slice(0, 931);

export function eventOf(seq) {
  return { seq: 1_000_000 + seq, type: "output", time: "2026-03-14T09:26:53.589Z", data: { text } };
}
