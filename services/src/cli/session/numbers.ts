import { misuse } from "./failure.js";

/** A whole number from the command line. @throws Failure */
export function wholeNumber(text: string, option: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw misuse(`${option} takes a whole number from ${least} to ${most}, not "${text}"`);
}
