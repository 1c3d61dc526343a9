import { pino } from "pino";

/** The part of pino that the kit uses; any logger with these methods will do. */
export interface Logger {
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  child(fields: Record<string, unknown>): Logger;
}

const nothing = (): void => undefined;

/** Says nothing. */
export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };

/**
 * The logger of a server: the given one, none for `false`, else pino at `LOG_LEVEL` (silent without it).
 * The kit logs methods, route templates, statuses and times; never headers, bodies, queries or tokens.
 */
export function loggerOf(logger: Logger | false | undefined, service: string): Logger {
  if (logger === false) return silent;
  if (logger) return logger;
  const level = globalThis.process?.env["LOG_LEVEL"];
  return level ? pino({ level, name: service }) : silent;
}
