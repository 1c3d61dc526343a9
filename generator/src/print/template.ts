import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";

/** In the package, templates lie beside the compiled code; in the repository, at its root. */
const folder = ["../templates/", "../../../templates/"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

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
