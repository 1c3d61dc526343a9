/** What the command line tool does for the commands of this package. */
export interface Host {
  /** Sets the exit code. */
  finish(code: number): void;
  /**
   * Reads a JSON or YAML file and judges it by a JSON Schema; undefined where there is no file. Everything that is wrong
   * is shown with its place, and ends the command with exit code 2.
   */
  readChecked(file: string, schema: object): Promise<unknown>;
  /** The command was called wrongly: exit code 2, and the message without a stack trace. */
  usageError(message: string): Error;
}

export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;
