import type { StorageErrorCode } from "../storage.js";

/** What the thread that owns the databases is asked. One question at a time has each number. */
export type Request =
  | { readonly number: number; readonly database: number; readonly kind: "open"; readonly path: string }
  | {
      readonly number: number;
      readonly database: number;
      readonly kind: "commit";
      readonly rows: FlatRows;
      /** After a failure, nothing of the same era is done any more. */
      readonly era: number;
    }
  | {
      readonly number: number;
      readonly database: number;
      readonly kind: "get";
      readonly collection: string;
      readonly id: string;
    }
  | {
      readonly number: number;
      readonly database: number;
      readonly kind: "list";
      readonly collection: string;
      readonly labels: readonly string[] | undefined;
      readonly after: number;
      readonly limit: number;
    }
  | {
      readonly number: number;
      readonly database: number;
      readonly kind: "events";
      readonly stream: string;
      readonly from: number;
      readonly limit: number;
    }
  | { readonly number: number; readonly database: number; readonly kind: "length"; readonly stream: string }
  | { readonly number: number; readonly database: number; readonly kind: "close" };

export type RowKind = "append" | "put" | "remove";

/**
 * One row of the journal: what is done; the stream or the collection; the number of the event or the id of the document;
 * the document's label; the event or the document as JSON.
 */
export type Row = readonly [
  kind: RowKind,
  place: string,
  key: number | string,
  label: string | null,
  body: string | null,
];

/** Rows one after the other in one list, as thousands of them are handed over together, and a list of lists costs more. */
export type FlatRows = readonly Row[number][];

export const ROW_LENGTH = 5;

export interface DocumentVersion {
  readonly label: string | null;
  readonly body: string;
}

export interface DocumentRow extends DocumentVersion {
  readonly id: string;
  readonly position: number;
}

export type Reply =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: { readonly code: StorageErrorCode; readonly message: string } };
