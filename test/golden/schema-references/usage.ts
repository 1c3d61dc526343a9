import type { ByUri, NumberPage, UserPage, WithDefs } from "./expected/index.js";

export const users: UserPage = { items: [{ name: "Ann" }], next: "2" };
export const numbers: NumberPage = { items: [1, 2] };
export const embedded: ByUri = [{ unit: "km", self: { unit: "m" } }];
export const places: WithDefs = { home: { name: "Ulm" }, way: [{ name: "Bonn" }] };

// @ts-expect-error The items of this page are users.
export const mixed: UserPage = { items: [1] };
// @ts-expect-error No such unit.
export const miles: ByUri = [{ unit: "mi" }];
