/** A line is longer than it may be. */
export class LineTooLong extends Error {
  override readonly name = "LineTooLong";
}

/**
 * The lines of an output, without their ends. A last line needs no end.
 * @throws LineTooLong once a line has more bytes than allowed, however much of it is still to come
 */
export async function* linesOf(
  output: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<string, void, undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  const take = (part: Buffer): void => {
    size += part.length;
    if (size > maxBytes) throw new LineTooLong(`a line has more than ${maxBytes} bytes`);
    parts.push(part);
  };
  const line = (): string => {
    const text = Buffer.concat(parts).toString("utf8");
    parts = [];
    size = 0;
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  };
  for await (const chunk of output) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (size > 0) yield line();
}
