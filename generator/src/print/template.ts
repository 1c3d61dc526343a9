import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";
import { Piece } from "../emit/file.js";

/** In the package, templates lie beside the compiled code; in the repository, at its root. */
const folder = ["../templates/", "../../../templates/"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

/** Holds the place of what is printed around. No text in a view has it: control characters are escaped or left out. */
const SLOT = "\0";

const compiled = new Map<string, Handlebars.TemplateDelegate>();

/**
 * Prints a view through a template, such as `typescript/client.js`. Views hold finished text, so templates
 * escape nothing, loop and choose, and know no logic. A member that the view lacks is an error, not a hole.
 */
export function print(template: string, view: object): string {
  let render = compiled.get(template);
  if (!render) {
    if (folder === undefined) throw new Error("the templates folder is missing from this installation");
    const source = readFileSync(`${folder}${template}.hbs`, "utf8");
    render = Handlebars.compile(source, { noEscape: true, strict: false, knownHelpersOnly: true });
    compiled.set(template, render);
  }
  return `${render(view).trim()}\n`;
}

/**
 * Prints a view whose member `body` is long, and known in pieces that stand apart by an empty line: they go through no
 * template, and are not put together.
 */
export function printAround(template: string, view: object, body: readonly Piece[]): Piece[] {
  if (body.length === 0) return [new Piece(print(template, view))];
  const [head = "", tail = ""] = print(template, { ...view, body: SLOT }).split(SLOT);
  return [new Piece(head), ...body.flatMap((piece, index) => (index === 0 ? [piece] : [gap, piece])), new Piece(tail)];
}

const gap = new Piece("\n\n");
