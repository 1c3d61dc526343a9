/** The length of a text as JSON Schema counts it: in Unicode code points, not in UTF-16 units. */
export function codePointLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const high = text.charCodeAt(index);
    if (high < 0xd800 || high > 0xdbff) continue;
    const low = text.charCodeAt(index + 1);
    if (low < 0xdc00 || low > 0xdfff) continue;
    length--;
    index++;
  }
  return length;
}
