import type { StorageErrorCode } from "../storage.js";

/** What the thread that owns the databases is asked. One question at a time has each number. */
export type Request =
  | { readonly number: number; readonly database: number; readonly kind: "open"; readonly path: string }
  | {
      readonly number: number;
      readonly database: number;
      readonly kind: "commit";
      /** Of all changes, encoded. */
      readonly text: string;
      readonly weight: number;
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
      readonly owner: string | undefined;
      readonly after: number;
      readonly limit: number;
    }
  | {
      readonly number: number;
      readonly database: number;
      readonly kind: "count";
      readonly collection: string;
      readonly labels: readonly string[];
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

export interface DocumentVersion {
  readonly label: string | null;
  readonly owner: string | null;
  readonly body: string;
}

export interface DocumentRow extends Omit<DocumentVersion, "owner"> {
  readonly id: string;
  readonly position: number;
}

export type Reply =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: { readonly code: StorageErrorCode; readonly message: string } };
