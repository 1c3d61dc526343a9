import type { KitEntry } from "../layout.js";

/** What a validator's body may refer to of the kit's validation entry, by what it is for. */
export const kitNames = [
  "Evaluated",
  "codePointLength",
  "equal",
  "fail",
  "failMember",
  "failUnion",
  "hasUniqueItems",
  "isObject",
  "linearPattern",
  "memberCount",
  "multipleOf",
  "own",
  "step",
] as const;

export type KitName = (typeof kitNames)[number];

/** The function of the kit that judges a format. */
export const formatFunctions: Readonly<Record<string, string>> = {
  byte: "byteFormat",
  "date-time": "dateTimeFormat",
  date: "dateFormat",
  time: "timeFormat",
  duration: "durationFormat",
  email: "emailFormat",
  hostname: "hostnameFormat",
  ipv4: "ipv4Format",
  ipv6: "ipv6Format",
  uri: "uriFormat",
  "uri-reference": "uriReferenceFormat",
  uuid: "uuidFormat",
  "json-pointer": "jsonPointerFormat",
  regex: "regexFormat",
  "relative-json-pointer": "relativeJsonPointerFormat",
  iri: "iriFormat",
  "iri-reference": "iriReferenceFormat",
  "uri-template": "uriTemplateFormat",
  "idn-email": "idnEmailFormat",
  "idn-hostname": "idnHostnameFormat",
};

const formatNames: ReadonlySet<string> = new Set(Object.values(formatFunctions));

/** The entry of the kit that has a function: what few validators need is loaded only by those. */
export function kitEntryOf(name: string): KitEntry {
  if (formatNames.has(name)) return "validation/formats";
  return name === "linearPattern" ? "validation/patterns" : "validation/checks";
}

/** Names that a validator's body refers to; a local of that name would hide them. */
const taken: ReadonlySet<string> = new Set([
  ...kitNames,
  ...Object.values(formatFunctions),
  ...["value", "tolerant", "found", "at", "before", "seen"],
  ...["undefined", "NaN", "Infinity", "arguments", "eval", "Array", "Number", "Object", "RegExp", "Set"],
  ..."break case catch class const continue debugger default delete do else enum export extends false finally".split(
    " ",
  ),
  ..."for function if implements import in instanceof interface let new null package private protected".split(" "),
  ..."public return static super switch this throw true try typeof var void while with yield await async".split(" "),
]);

/** Hands out the names of local variables of one function: those of the members they hold, where that is possible. */
export class Locals {
  private readonly used = new Set<string>();
  /** For each name that is used, the next number that may be free. */
  private readonly next = new Map<string, number>();

  name(wish: string): string {
    // Validators are called `is…` and collectors `evaluated…`; hoisted parts have a `$`.
    const plain = /^[A-Za-z_]\w*$/.test(wish) && !/^(is|evaluated)[^a-z]/.test(wish);
    const base = !plain ? "member" : taken.has(wish) ? `${wish}_` : wish;
    let name = base;
    let count = this.next.get(base) ?? 2;
    for (; this.used.has(name); count++) name = `${base}${count}`;
    this.next.set(base, count);
    this.used.add(name);
    return name;
  }
}
