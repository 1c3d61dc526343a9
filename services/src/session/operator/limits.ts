/** How patient a supervisor is with its operator. All but `maxFailedStarts` are milliseconds. */
export interface OperatorLimits {
  /** Until an operator has to listen. */
  readonly startTimeoutMs: number;
  /** Until one that was asked to end is killed; longer than it takes to close its connections. */
  readonly stopTimeoutMs: number;
  /** Before the first restart; each one after it waits twice as long, up to the most. */
  readonly backOffMs: number;
  readonly maxBackOffMs: number;
  /** An operator that was up for so long begins with the first wait again. */
  readonly stableMs: number;
  /** Starts in a row that may fail before it is given up: with these waits, after almost half a minute. */
  readonly maxFailedStarts: number;
  /** Between two looks at an operator. */
  readonly probeIntervalMs: number;
  /** How long one may go without an answer before it is killed and started again. */
  readonly hangTimeoutMs: number;
}

export const defaultOperatorLimits: OperatorLimits = {
  startTimeoutMs: 30_000,
  stopTimeoutMs: 6000,
  backOffMs: 200,
  maxBackOffMs: 10_000,
  stableMs: 5000,
  maxFailedStarts: 7,
  probeIntervalMs: 5000,
  hangTimeoutMs: 30_000,
};
