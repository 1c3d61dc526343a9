import type { Media } from "../operation.js";
import { essence } from "./answer.js";
import { unlike } from "./json.js";
import type { Answer } from "./plan.js";

/** The media type of the contract that the answer has, by exact type and then by range. */
export function mediaOf(operation: string, content: readonly Media[], answer: Answer): Media {
  const type = essence(answer);
  const find = (wanted: string) => content.find((each) => each.type === wanted);
  const media = find(type) ?? find(`${type.split("/")[0]}/*`) ?? find("*/*");
  return media ?? unlike(operation, content.map((each) => each.type).join(" or "), type);
}
