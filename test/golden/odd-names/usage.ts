import {
  type _1abc,
  type Class,
  type Date_,
  type Default,
  type Members,
  type NaiveCafe,
  type OddNamesClient,
  type OfAll,
  type Promise_,
  type Record_,
  Unrecognized_,
  type Заказ,
} from "./expected/index.js";

export const members: Members = {
  "@type": "a",
  constructor: "b",
  "1abc": 1,
  'quote"s': "c",
  toString: "t",
  "": "d",
  ключ: "e",
};
export const record: Record_ = { at: "2026-01-01" };
export const date: Date_ = "2026-01-01";
export const cafe: NaiveCafe = "espresso";
export const number: _1abc = 1;
export const aClass: Class = { class: "a" };
export const values: readonly ["a", "b"] = Unrecognized_;
export const calls = (client: OddNamesClient) => [client.then_(), client.class()];

// @ts-expect-error `constructor` is a member like any other, and required; the inherited one is no text.
export const inherited: Members = { "@type": "a" };

export const order: Заказ = { номер: 1 };
export const promise: Promise_ = { Promise: "kept" };
export const ofAll: OfAll = {
  a: promise,
  b: "b",
  c: { message: "m" },
  d: "x",
  f: order,
  g: { a: 1 },
  h: { size: 1 },
  k: new Blob([]),
};
export const later = async (): Promise<Default> => "y";

// @ts-expect-error The schema called Blob is no Blob.
export const blob: OfAll = { h: { size: "1" } };
