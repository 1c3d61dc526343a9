import type { ServiceName } from "../config/names.js";
import type { Stack } from "../stack.js";
import { DemoFailure } from "./narrator.js";

/** A stack with all of its services, which is what the demonstration shows. */
export interface WholeStack {
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly adminToken: string;
}

export function wholeStack({ urls, adminToken }: Stack): WholeStack {
  const { runtime, "tool-registry": toolRegistry, daemon, session } = urls;
  if (!runtime || !toolRegistry || !daemon || !session || !adminToken) throw new DemoFailure("not all services run");
  return { urls: { runtime, "tool-registry": toolRegistry, daemon, session }, adminToken };
}
