import type { Admin, Contact, User } from "./expected/index.js";

export const user: User = { id: "u1", name: "Ann", age: 3, labels: { team: "blue" } };
export const admin: Admin = user;
export const contact: Contact = { email: "a@example.com" };

// @ts-expect-error The members of every part are needed.
export const nobody: User = { name: "Ann" };
// @ts-expect-error At least one of the two.
export const unreachable: Contact = {};
