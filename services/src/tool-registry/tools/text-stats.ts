import type { Tool } from "../tool.js";
import { closed } from "./schema.js";

const count = { type: "integer", minimum: 0 };

/** Counts words, characters and lines. */
export const textStats: Tool = {
  id: "text_stats",
  name: "Text statistics",
  description: "Counts the words, characters (Unicode code points) and lines of a text.",
  inputSchema: closed({ text: { type: "string", description: "Any text." } }),
  outputSchema: closed({ words: count, characters: count, lines: count }),
  run: ({ text }) => {
    const whole = String(text);
    let characters = 0;
    for (const _ of whole) characters += 1;
    return {
      words: whole.match(/\S+/g)?.length ?? 0,
      characters,
      lines: whole === "" ? 0 : whole.replace(/\r?\n$/, "").split(/\r\n|\r|\n/).length,
    };
  },
};
