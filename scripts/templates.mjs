// Compiles the templates into `generator/dist/templates.js`: a run of the tool then loads neither the compiler nor the sources.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const folders = ["typescript"];
const compiled = folders.flatMap((folder) =>
  readdirSync(path(`templates/${folder}`))
    .filter((file) => file.endsWith(".hbs"))
    .sort()
    .map((file) => {
      const source = readFileSync(path(`templates/${folder}/${file}`), "utf8");
      const code = Handlebars.precompile(source, { noEscape: true, strict: false, knownHelpersOnly: true });
      return `  ${JSON.stringify(`${folder}/${file.slice(0, -".hbs".length)}`)}: ${code},\n`;
    }),
);

mkdirSync(path("generator/dist"), { recursive: true });
writeFileSync(path("generator/dist/templates.js"), `export const templates = {\n${compiled.join("")}};\n`);
writeFileSync(
  path("generator/dist/templates.d.ts"),
  "export declare const templates: Readonly<Record<string, TemplateSpecification>>;\n",
);
