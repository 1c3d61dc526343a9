import type {
  Change,
  OnNewPetBody,
  PetGoneWebhookDefaultResponse,
  SubscribeChangedResponse,
} from "./expected/index.js";

export const change: Change = { at: "2026-01-01T00:00:00Z" };
export const heard: SubscribeChangedResponse = { again: true };
export const pet: OnNewPetBody = { name: "Rex", id: 1 };
export const gone: PetGoneWebhookDefaultResponse = "ok";

// @ts-expect-error The payload of a webhook comes from the server, so it has what only the server sets.
export const unknown: OnNewPetBody = { name: "Rex" };
