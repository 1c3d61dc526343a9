import { posix } from "node:path";

/** What a generated file holds. */
export type Artefact =
  | "models"
  | "validators"
  | "schemas"
  | "operations"
  | "client"
  | "calls"
  | "server"
  | "paths"
  | "index";

/** Where generated files go, and how they refer to each other and to the kit. */
export interface Layout {
  /** Path of an artefact of an area, below the output folder, without extension. */
  file(area: string, artefact: Artefact): string;
  /** The module specifier for importing one generated file into another. */
  specifier(from: string, to: string): string;
  /** The module specifier of an entry of the kit; `""` is what client and server share. */
  kit(from: string, entry: KitEntry): string;
  /** The kit lies beside the output, and is no package to be found first. */
  readonly hasOwnKit: boolean;
}

export type KitEntry =
  | ""
  | "client"
  | "client/stream"
  | "client/channel"
  | "server"
  | "validation"
  | "validation/checks"
  | "validation/formats"
  | "validation/patterns";

/** Everything in one folder, an area in a sub-folder of its own; importable as it stands. */
export function folderLayout(options: { readonly standalone: boolean }): Layout {
  const file = (area: string, name: string) => posix.join(area, name);
  return {
    file,
    specifier: relativeSpecifier,
    hasOwnKit: options.standalone,
    kit: (from, entry) =>
      options.standalone
        ? relativeSpecifier(from, posix.join("kit", entry, "index"))
        : posix.join("@agentwire/kit", entry),
  };
}

/** Three npm packages, `<scope>/models`, `<scope>/client` and `<scope>/server`. */
export function packagesLayout(scope: string): Layout {
  const packageOf = (path: string) => path.split("/")[0] ?? path;
  return {
    file: (area, artefact) => {
      if (artefact === "client" || artefact === "server") return `${artefact}/${area}`;
      return artefact === "calls" ? `client/${area}/calls` : `models/${area}/${artefact}`;
    },
    specifier: (from, to) =>
      packageOf(from) === packageOf(to) ? relativeSpecifier(from, to) : `${scope}/${to.replace(/\/index$/, "")}`,
    kit: (_, entry) => posix.join("@agentwire/kit", entry),
    hasOwnKit: false,
  };
}

function relativeSpecifier(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return `${path.startsWith(".") ? path : `./${path}`}.js`;
}
