import { isAgentHandle, isAllowlistEntry } from "@agentwire/models/session/validators";
import { misuse } from "./failure.js";

/** A handle is part of the name of a file, and of those a file system takes only so many. */
const MAX_LENGTH = 200;

export function isHandle(value: unknown): value is string {
  return isAgentHandle(value) && value.length <= MAX_LENGTH;
}

/** @throws Failure for what is no handle */
export function handleOf(text: string): string {
  if (text.length > MAX_LENGTH) throw misuse(`a handle has ${MAX_LENGTH} characters at most`);
  if (isHandle(text)) return text;
  throw misuse(`"${text}" is no handle: one looks like @owner.agent, of a-z, 0-9, "-" and "_"`);
}

/** Handles with commas between them. @throws Failure for what is no handle */
export function handlesOf(text: string | undefined): string[] | undefined {
  return text
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(handleOf);
}

/** @throws Failure for what can be in no allowlist */
export function allowlistEntryOf(text: string): string {
  if (isAllowlistEntry(text)) return text;
  throw misuse(`"${text}" can be on no allowlist: name an agent, as @owner.agent, or all of an owner, as @owner.*`);
}
