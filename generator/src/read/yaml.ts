import { createRequire } from "node:module";
import type * as Yaml from "js-yaml";

/** The YAML parser, loaded where there is YAML to read. */
export const yaml = () => createRequire(import.meta.url)("js-yaml") as typeof Yaml;
