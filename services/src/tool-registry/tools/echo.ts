import type { Tool } from "../tool.js";
import { closed } from "./schema.js";

/** Gives back what it gets. */
export const echo: Tool = {
  id: "echo",
  name: "Echo",
  description: "Gives back the text it gets.",
  inputSchema: closed({ text: { type: "string", description: "Any text." } }),
  outputSchema: closed({ text: { type: "string" } }),
  run: ({ text }) => ({ text }),
};
