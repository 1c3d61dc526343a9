import { gzipSync } from "node:zlib"; import { readFileSync } from "node:fs";
const t=readFileSync("/tmp/x/kit.min.js","utf8"); const gz=s=>gzipSync(s,{level:9}).length; const all=gz(t);
// split at top-level statements
let depth=0,start=0,out=[],str=null;
for(let i=0;i<t.length;i++){const c=t[i]; if(str){if(c==="\\")i++;else if(c===str)str=null;continue} if(c==='"'||c==="'"||c==="`"){str=c;continue} if("{[(".includes(c))depth++; if("}])".includes(c)){depth--; if(depth===0&&c==="}"&&/^(async )?function|^var \S+=class/.test(t.slice(start))){out.push(t.slice(start,i+1));start=i+1}} if(c===";"&&depth===0){out.push(t.slice(start,i+1));start=i+1}}
console.log(all);
for(const s of out.map(s=>[all-gz(t.replace(s,"")),s]).sort((a,b)=>b[0]-a[0]).slice(0,60)) console.log(s[0],s[1].length,s[1].slice(0,110));
