import { createRequire } from "node:module";
import type Handlebars from "handlebars";
import { templates } from "#templates";
import { Piece } from "../emit/file.js";

// Without the compiler, and in one file; this part of the package has no types of its own.
const runtime = createRequire(import.meta.url)("handlebars/dist/handlebars.runtime.js") as Pick<
  typeof Handlebars,
  "template"
>;

/** Holds the place of what is printed around. No text in a view has it: control characters are escaped or left out. */
const SLOT = "\0";

const ready = new Map<string, Handlebars.TemplateDelegate>();

/**
 * Prints a view through a template, such as `typescript/client.js`. Views hold finished text, so templates
 * escape nothing, loop and choose, and know no logic. A member that the view lacks is an error, not a hole.
 */
export function print(template: string, view: object): string {
  let render = ready.get(template);
  if (!render) {
    const compiled = templates[template];
    if (compiled === undefined) throw new Error(`there is no template ${template}`);
    render = runtime.template(compiled);
    ready.set(template, render);
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
