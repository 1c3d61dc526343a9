import type { SecurityRequirement, SecurityScheme } from "@agentwire/kit";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { foundAt, keysOf, memberAt } from "../read/found.js";
import { isObject, listMember, member, objectMember, textMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { pointerTo } from "../read/pointer.js";
import type { SchemaReader } from "./schema.js";
import type { ErrorShapeModel } from "./types.js";

/** RFC 9457 problem details: how errors look where the contract does not say. */
const problemDetails: ErrorShapeModel = {
  media: "application/problem+json",
  pointers: { code: "/code", message: "/detail", details: "/details", status: "/status" },
};

/** `x-errors` of a document. */
export function errorShapeOf(contract: Place, schemas: SchemaReader): ErrorShapeModel {
  const given = objectMember(contract.document.value, "x-errors");
  if (!given) return problemDetails;
  const pointers = ["code", "message", "details", "retryable", "status"].flatMap((key) => {
    const pointer = textMember(given, key);
    return pointer === undefined ? [] : [[key, pointer] as const];
  });
  const codes = objectMember(given, "codes");
  const schema = isObject(given.schema)
    ? schemas.read(memberAt(memberAt(foundAt(contract), "x-errors"), "schema"))
    : undefined;
  const reference = textMember(schema, "$ref");
  return {
    media: textMember(given, "media") ?? "application/json",
    ...(reference === undefined ? {} : { schema: reference }),
    pointers: Object.fromEntries(pointers),
    ...(codes ? { codes: codes as NonNullable<ErrorShapeModel["codes"]> } : {}),
  };
}

/** The document's security schemes, followed and reduced to what client and server use; others are reported. */
export function securitySchemesOf(
  contract: Place,
  loader: Loader,
  diagnostics: Diagnostics,
): Record<string, SecurityScheme> {
  const all = memberAt(memberAt(foundAt(contract), "components"), "securitySchemes");
  const entries = keysOf(all).flatMap((name) => {
    const found = loader.follow(memberAt(all, name));
    if (!found) return [];
    const type = textMember(found.value, "type");
    if (!isSchemeType(type)) {
      diagnostics.add("not-supported", `security scheme ${name} is of no type that could be checked`, {
        place: found.place,
      });
      return [];
    }
    const scheme = textMember(found.value, "scheme")?.toLowerCase();
    const [bearerFormat, place, wireName, query] = ["bearerFormat", "in", "name", "x-query-token"].map((key) =>
      textMember(found.value, key),
    );
    if (type === "apiKey" && (wireName === undefined || !isKeyPlace(place)))
      diagnostics.add("not-supported", `security scheme ${name} does not say where its key is`, { place: found.place });
    const plain: SecurityScheme = {
      type,
      ...(scheme === undefined ? {} : { scheme }),
      ...(bearerFormat === undefined ? {} : { bearerFormat }),
      ...(isKeyPlace(place) ? { in: place } : {}),
      ...(wireName === undefined ? {} : { name: wireName }),
      ...(query === undefined ? {} : { query }),
    };
    return [[name, plain] as const];
  });
  return Object.fromEntries(entries);
}

function isSchemeType(type: string | undefined): type is SecurityScheme["type"] {
  return type === "http" || type === "apiKey" || type === "oauth2" || type === "openIdConnect" || type === "mutualTLS";
}

function isKeyPlace(place: string | undefined): place is NonNullable<SecurityScheme["in"]> {
  return place === "query" || place === "header" || place === "cookie";
}

/** Reports requirements of schemes that the document does not declare: clients have nothing to send for them. */
export function checkRequirements(
  place: Place,
  requirements: readonly SecurityRequirement[] | undefined,
  schemes: Readonly<Record<string, SecurityScheme>>,
  diagnostics: Diagnostics,
): void {
  for (const name of new Set((requirements ?? []).flatMap((one) => Object.keys(one))))
    if (!Object.hasOwn(schemes, name))
      diagnostics.add("not-supported", `clients send nothing for security scheme ${name}, and servers refuse it`, {
        place: { document: place.document, pointer: pointerTo(place.pointer, "security") },
      });
}

export function documentSecurity(contract: Place): readonly SecurityRequirement[] | undefined {
  const list = listMember(contract.document.value, "security");
  return list?.filter(isObject) as SecurityRequirement[] | undefined;
}

/** Whether strict validators check `format` in this document's schemas. */
export function assertsFormats(document: Place["document"]): boolean {
  return member(document.value, "x-assert-formats") !== false;
}
