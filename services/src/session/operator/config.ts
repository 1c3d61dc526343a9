/** What the process of an operator is told. The token is in no argument and no variable, which others could see. */
export interface OperatorConfig {
  readonly network: string;
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly adminToken: string;
  /** The SQLite file of everything that is kept. */
  readonly database: string;
}

/** What the process answers, once. */
export type OperatorAnswer = { readonly port: number } | { readonly problem: string };
