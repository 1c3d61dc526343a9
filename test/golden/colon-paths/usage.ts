import { ColonsClient } from "./expected/index.js";

export const cancel = async (): Promise<string> => new ColonsClient().cancelTask({ path: { id: "1" } });

// @ts-expect-error The part after the colon is not part of the variable.
export const wrong = () => new ColonsClient().cancelTask({ path: { "id:cancel": "1" } });
