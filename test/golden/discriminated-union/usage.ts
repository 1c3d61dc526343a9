import type { Id, Message, Part, Text } from "./expected/index.js";

export const message: Message = {
  parts: [
    { type: "text", text: "hello" },
    { type: "image", url: "https://example.com/a.png" },
  ],
};
export const ids: Id[] = [1, "a"];

// @ts-expect-error The members of one variant under the tag of the other.
export const mixed: Part = { type: "text", url: "https://example.com" };
// @ts-expect-error No such variant.
export const misspelt: Part = { type: "txt", text: "hello" };

export function show(part: Part): string {
  switch (part.type) {
    case "text": {
      const text: Text = part;
      return text.text;
    }
    case "image":
      return part.url;
    default: {
      // @ts-expect-error A variant that the contract does not name has no known members.
      const url: string = part.url;
      return `${part.type}: ${url}`;
    }
  }
}
