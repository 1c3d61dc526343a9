import type { Media } from "../operation.js";
import { essence } from "./answer.js";
import { unlike } from "./json.js";
import type { Answer } from "./plan.js";

/** The media type of the contract that the answer has, by exact type and then by range. */
export function mediaOf(operation: string, content: readonly Media[], answer: Answer): Media {
  const type = essence(answer);
  return mediaNamed(content, type) ?? unlike(operation, content.map((each) => each.type).join(" or "), type);
}

/** By exact type and then by range. */
export function mediaNamed(content: readonly Media[], type: string): Media | undefined {
  const find = (wanted: string) => content.find((each) => each.type === wanted);
  return find(type) ?? find(`${type.split("/")[0]}/*`) ?? find("*/*");
}
