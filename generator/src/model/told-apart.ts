import { allTypes, bits, type JsonTypes, typeNames, typesOf } from "./json-types.js";
import type { MediaModel, ModelSchema, TypeId } from "./types.js";

type Lookup = (id: TypeId) => ModelSchema | undefined;

/** The media types of one content, with the JSON types that tell bodies of one from those of the ones before it. */
export function toldApart(content: readonly MediaModel[], lookup: Lookup): readonly MediaModel[] {
  if (content.length < 2) return content;
  let before: JsonTypes = 0;
  return content.map((media, index) => {
    const types = typesIn(media, lookup);
    const isApart = index > 0 && types !== 0 && (types & before) === 0;
    if (index === 0 || isApart) before |= types;
    return isApart ? { ...media, of: typeNames.filter((name) => types & bits[name]) } : media;
  });
}

/** Bytes are of no JSON type. */
function typesIn({ format, schema }: MediaModel, lookup: Lookup): JsonTypes {
  switch (format) {
    case "binary":
      return 0;
    case "stream":
      return bits.array;
    case "text":
      return bits.string;
    case "form":
    case "multipart":
      return bits.object;
    case "json":
      return schema === undefined ? allTypes : typesOf({ $ref: schema }, lookup);
  }
}
