import { build } from "esbuild"; import { gzipSync } from "node:zlib"; import { writeFileSync, readFileSync } from "node:fs";
const entry = process.argv[2] ?? `export { Client, paginate } from "@agentwire/kit/client";`;
const r = await build({ stdin:{contents:entry,resolveDir:process.cwd()}, bundle:true, minify:true, format:"esm", platform:"browser", write:false, metafile:true });
const t=r.outputFiles[0].text; writeFileSync("/tmp/x/kit.min.js",t);
console.log(t.length, gzipSync(t,{level:9}).length);
const o=Object.values(r.metafile.outputs)[0].inputs;
for(const [k,v] of Object.entries(o).sort((a,b)=>b[1].bytesInOutput-a[1].bytesInOutput)) if(v.bytesInOutput) console.log(v.bytesInOutput,k);
