import { fork } from "node:child_process";
import { once } from "node:events";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { createCaller } from "@agentwire/kit/client";
import { getTool } from "@agentwire/client/tool-registry/calls";
const server = fork("/work/main/bench/client/server.mjs");
const [{port}] = await once(server,"message");
const baseUrl=`http://127.0.0.1:${port}`;
const url=baseUrl+"/v1/tools/adder", headers={accept:"application/json"};
const client = new ToolRegistryClient({ baseUrl });
const unlimited = new ToolRegistryClient({ baseUrl, timeoutMs: 0 });
const unvalidated = new ToolRegistryClient({ baseUrl, validate:false });
const caller = createCaller({ baseUrl });
const subj={
 bare: async()=>(await fetch(url,{headers})).json(),
 single: ()=>caller(getTool,{path:{tool_id:"adder"}}).then(a=>a.body),
 klass: ()=>client.getTool({path:{tool_id:"adder"}}),
 unlimited: ()=>unlimited.getTool({path:{tool_id:"adder"}}),
 unvalidated: ()=>unvalidated.getTool({path:{tool_id:"adder"}}),
};
const N=40,R=+process.argv[2]||200;
const names=Object.keys(subj);
for(const n of names) for(let i=0;i<3000;i++) await subj[n]();
const taken=Object.fromEntries(names.map(n=>[n,[]]));
for(let r=0;r<R;r++){const o=r%2?[...names].reverse():names;for(const n of o){const b=process.cpuUsage();for(let i=0;i<N;i++)await subj[n]();const d=process.cpuUsage(b);taken[n].push((d.user+d.system)/N)}}
const med=a=>[...a].sort((x,y)=>x-y)[a.length>>1];
for(const n of names) console.log(n.padEnd(14), med(taken[n].map((v,i)=>v-taken.bare[i])).toFixed(1), med(taken[n]).toFixed(0));
server.kill();
