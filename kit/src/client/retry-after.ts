/** `Retry-After` (RFC 9110 §10.2.3), seconds or an HTTP date, in milliseconds from now; never negative. */
export function retryAfter(value: string | null, now: number = Date.now()): number | undefined {
  if (value && /^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  // Date.parse also takes "1.5" for a day in 2001; an HTTP date starts with a day's name.
  const ms = value && /^\s*[a-z]/i.test(value) ? Date.parse(value) - now : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
