/** What the process of an operator is told. The token is in no argument and no variable, which others could see. */
export interface OperatorConfig {
  readonly network: string;
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly adminToken: string;
  /** Milliseconds an agent may be without a connection; the service's own default where absent. */
  readonly graceMs?: number;
  /** The SQLite file of everything that is kept. */
  readonly database: string;
}

/** What the process answers to that, once. */
export type OperatorAnswer = { readonly port: number } | { readonly problem: string };

/** What it is asked from then on, and what it answers as long as it is not stuck. */
export const PING = "ping";
export const PONG = "pong";
