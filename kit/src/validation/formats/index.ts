/**
 * The formats of JSON Schema 2020-12 (Validation §7.3) that validators assert. Each check is linear in
 * the length of the text. A format that is not in this list is documentation only.
 */
/** ISO 8601, as RFC 3339 writes it in its appendix A. */
const DURATION = /^P(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/;
const EMAIL =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const JSON_POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;
const URI = /^[A-Za-z][A-Za-z\d+.-]*:[\w.~:/?#[\]@!$&'()*+,;=%-]*$/;
const URI_REFERENCE = /^[\w.~:/?#[\]@!$&'()*+,;=%-]*$/;

function hasWholeEscapes(text: string): boolean {
  return !/%(?![\dA-Fa-f]{2})/.test(text);
}

/** OpenAPI's `byte`: base64 with its padding (RFC 4648 §4). */
export function byteFormat(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text);
}

export function dateFormat(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (lengths[month - 1] ?? 0);
}

/** RFC 3339 `full-time`: an offset is required, and a leap second only where 23:59:60 UTC can be. */
export function timeFormat(text: string): boolean {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i.exec(text);
  if (!match) return false;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [offsetHour, offsetMinute] = [Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (hour > 23 || minute > 59 || offsetHour > 23 || offsetMinute > 59) return false;
  if (second < 60) return true;
  const sign = match[4] === "-" ? -1 : 1;
  const utcMinutes = hour * 60 + minute - sign * (offsetHour * 60 + offsetMinute);
  return second === 60 && (utcMinutes + 1440) % 1440 === 1439;
}

export function dateTimeFormat(text: string): boolean {
  const separator = text[10];
  return (separator === "T" || separator === "t") && dateFormat(text.slice(0, 10)) && timeFormat(text.slice(11));
}

export function hostnameFormat(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  return text.split(".").every((label) => /^[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?$/.test(label));
}

export function ipv4Format(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

export function ipv6Format(text: string): boolean {
  if (text.length > 45 || !/^[\da-f:.]+$/i.test(text)) return false;
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const embedded = last.includes(".");
  if (embedded && (!ipv4Format(last) || text.endsWith("::"))) return false;
  const hex = embedded ? groups.slice(0, -1) : groups;
  const length = hex.length + (embedded ? 2 : 0);
  return hex.every((group) => /^[\da-f]{1,4}$/i.test(group)) && (halves.length === 2 ? length < 8 : length === 8);
}

export function regexFormat(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

export function durationFormat(text: string): boolean {
  return DURATION.test(text) && !/[PT]$/.test(text);
}

export function emailFormat(text: string): boolean {
  return text.length <= 320 && EMAIL.test(text);
}

export function uriFormat(text: string): boolean {
  return URI.test(text) && hasWholeEscapes(text);
}

export function uriReferenceFormat(text: string): boolean {
  return URI_REFERENCE.test(text) && hasWholeEscapes(text);
}

export function uuidFormat(text: string): boolean {
  return UUID.test(text);
}

export function jsonPointerFormat(text: string): boolean {
  return JSON_POINTER.test(text);
}

export function relativeJsonPointerFormat(text: string): boolean {
  const rest = text.replace(/^(?:0|[1-9]\d*)/, "");
  return rest !== text && (rest === "#" || jsonPointerFormat(rest));
}

/** RFC 3987: a URI whose letters may be of any script. */
export function iriFormat(text: string): boolean {
  return /^[A-Za-z][A-Za-z\d+.-]*:/.test(text) && iriReferenceFormat(text);
}

export function iriReferenceFormat(text: string): boolean {
  return /^[^\s\p{Cc}"<>\\^`{|}]*$/u.test(text) && hasWholeEscapes(text);
}

/** RFC 6570: literals, and expressions in braces with variables between commas. */
export function uriTemplateFormat(text: string): boolean {
  return text.split("{").every((part, index) => {
    const [expression = "", literal, more] = index === 0 ? ["", part] : part.split("}");
    if (literal === undefined || more !== undefined || !/^[^\s\p{Cc}"'<>\\^`|}]*$/u.test(literal)) return false;
    if (index === 0) return hasWholeEscapes(literal);
    const variables = expression.replace(/^[+#./;?&=,!@|]/, "").split(",");
    return (
      hasWholeEscapes(literal) &&
      variables.every((name) => /^(?:\w|%[\dA-Fa-f]{2})[\w.%]*(?:\*|:[1-9]\d{0,3})?$/.test(name))
    );
  });
}

/** RFC 6531: letters of any script before and after the `@`. */
export function idnEmailFormat(text: string): boolean {
  const at = text.lastIndexOf("@");
  return at > 0 && !/[\s\p{Cc}@"(),:;<>[\]\\]/u.test(text.slice(0, at)) && idnHostnameFormat(text.slice(at + 1));
}

/** RFC 5890: a host name whose labels may be of any script. */
export function idnHostnameFormat(text: string): boolean {
  if (!/^[\p{L}\p{M}\p{N}.\u00b7\u0375\u05f3\u05f4\u30fb-]+$/u.test(text) || !URL.canParse(`http://${text}`))
    return false;
  return hostnameFormat(new URL(`http://${text}`).hostname);
}

/** By the name that `format` gives. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  byte: byteFormat,
  "date-time": dateTimeFormat,
  date: dateFormat,
  time: timeFormat,
  duration: durationFormat,
  email: emailFormat,
  hostname: hostnameFormat,
  ipv4: ipv4Format,
  ipv6: ipv6Format,
  uri: uriFormat,
  "uri-reference": uriReferenceFormat,
  uuid: uuidFormat,
  "json-pointer": jsonPointerFormat,
  regex: regexFormat,
  "relative-json-pointer": relativeJsonPointerFormat,
  iri: iriFormat,
  "iri-reference": iriReferenceFormat,
  "uri-template": uriTemplateFormat,
  "idn-email": idnEmailFormat,
  "idn-hostname": idnHostnameFormat,
};
