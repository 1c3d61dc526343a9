import type { FormField } from "@agentwire/kit";
import { type JsonObject, member, textMember } from "../read/json.js";
import { bareType, mediaFormat } from "./media.js";
import type { WireType } from "./wire-type.js";

const styles = ["form", "spaceDelimited", "pipeDelimited", "deepObject"] as const;

/** A form field as its schema types it and its Encoding Object writes it. With a style, a content type means nothing. */
export function encodedField(wire: WireType, encoding: JsonObject | undefined, hasStyles: boolean): FormField {
  const { type, items, members, plain: besides } = wire;
  const plain: FormField = items === undefined ? { type } : { type, items };
  if (encoding === undefined) return plain;
  const style = styles.find((each) => each === textMember(encoding, "style"));
  const explode = member(encoding, "explode");
  const allowReserved = member(encoding, "allowReserved") === true;
  if (hasStyles && (style !== undefined || typeof explode === "boolean" || allowReserved)) {
    return {
      ...plain,
      ...(members === undefined ? {} : { members }),
      ...(besides === undefined ? {} : { plain: besides }),
      ...(style === undefined ? {} : { style }),
      ...(typeof explode === "boolean" ? { explode } : {}),
      ...(allowReserved ? { allowReserved: true as const } : {}),
    };
  }
  const contentType = textMember(encoding, "contentType");
  if (contentType === undefined) return plain;
  // One JSON text, be it of a list.
  const json = mediaFormat(bareType(contentType)) === "json" && !/[*,]/.test(contentType);
  return json && type !== "string" ? { type: "json", contentType } : { ...plain, contentType };
}
