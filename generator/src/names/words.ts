/** Splits any text into words: at separators, at a lower-to-upper step, and before the last capital of an acronym. */
export function wordsOf(text: string): string[] {
  const isAscii = /^[\0-\x7f]*$/.test(text);
  const letters = isAscii
    ? text
    : text
        .normalize("NFKD")
        .replace(/[\u0300-\u036f]/g, "")
        .normalize("NFC");
  return (
    letters
      .replace(/([a-z\d])([A-Z])/g, "$1 $2")
      .replace(/([A-Z])(?=[A-Z][a-z])/g, "$1 ")
      // Compilers know the letters of the basic plane; those beyond depend on their version of Unicode.
      .split(isAscii ? /[^A-Za-z\d]+/ : /[\P{ID_Continue}_\u{10000}-\u{10ffff}]+/u)
      .filter((word) => word !== "")
  );
}

/** `run_status`, `run-status`, `Run status` → `RunStatus`. Capitals inside a word stay: `HTTPError` → `HTTPError`. */
export function pascalCase(text: string): string {
  return prefixDigit(
    wordsOf(text)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(""),
  );
}

/** `create_run` → `createRun`; `HTTPError` → `httpError`. */
export function camelCase(text: string): string {
  const [first = "", ...rest] = wordsOf(text);
  const head = first === first.toUpperCase() ? first.toLowerCase() : first.charAt(0).toLowerCase() + first.slice(1);
  return prefixDigit(head + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(""));
}

function prefixDigit(name: string): string {
  return name !== "" && !/^[\p{ID_Start}]/u.test(name) ? `_${name}` : name;
}
