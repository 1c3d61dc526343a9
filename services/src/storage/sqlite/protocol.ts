import type { StorageErrorCode } from "../storage.js";

/** What the thread that owns the databases is asked. One question at a time has each number. */
export type Request =
  | { readonly number: number; readonly database: number; readonly kind: "open"; readonly path: string }
  | { readonly number: number; readonly database: number; readonly kind: "commit"; readonly changes: readonly Row[] }
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

/** One row to write; flat, as thousands of them are handed over together. */
export type Row =
  | readonly ["append", stream: string, seq: number, event: string]
  | readonly ["put", collection: string, id: string, label: string | null, body: string]
  | readonly ["remove", collection: string, id: string];

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
