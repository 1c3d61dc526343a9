import type { SecurityRequirement, SecurityScheme } from "@agentwire/kit";
import type { Place } from "../diagnostics/diagnostic.js";
import { foundAt, keysOf, memberAt } from "../read/found.js";
import { isObject, listMember, member, objectMember, textMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
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

/** The document's security schemes, followed and reduced to what client and server use. */
export function securitySchemesOf(contract: Place, loader: Loader): Record<string, SecurityScheme> {
  const all = memberAt(memberAt(foundAt(contract), "components"), "securitySchemes");
  const entries = keysOf(all).flatMap((name) => {
    const found = loader.follow(memberAt(all, name));
    const type = textMember(found?.value, "type");
    if (!found || !isSchemeType(type)) return [];
    const scheme = textMember(found.value, "scheme")?.toLowerCase();
    const [bearerFormat, place, wireName, query] = ["bearerFormat", "in", "name", "x-query-token"].map((key) =>
      textMember(found.value, key),
    );
    const plain: SecurityScheme = {
      type,
      ...(scheme === undefined ? {} : { scheme }),
      ...(bearerFormat === undefined ? {} : { bearerFormat }),
      ...(place === "query" || place === "header" || place === "cookie" ? { in: place } : {}),
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

export function documentSecurity(contract: Place): readonly SecurityRequirement[] | undefined {
  const list = listMember(contract.document.value, "security");
  return list?.filter(isObject) as SecurityRequirement[] | undefined;
}

/** Whether strict validators check `format` in this document's schemas. */
export function assertsFormats(document: Place["document"]): boolean {
  return member(document.value, "x-assert-formats") !== false;
}
