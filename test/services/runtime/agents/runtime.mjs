/** A runtime to be killed: its agent is a program. */
import { processExecutor } from "../../../../services/dist/runtime/executors/process/process.js";
import { RuntimeService } from "../../../../services/dist/runtime/service.js";

const executor = processExecutor({ command: process.execPath, args: [process.argv[2]] });
console.log((await new RuntimeService({ executor }).listen({ signals: false })).url);
