import { DaemonClient } from "@agentwire/client/daemon";
import { exitCodes, type Host } from "./host.js";
import { clientOptions, printJson, type RemoteOptions, table, withService } from "./remote.js";

/** `agentwire instances`. */
export async function instances(options: RemoteOptions, _host: Host): Promise<number> {
  return await withService("daemon", options.url, async () => {
    const { instances: found } = await new DaemonClient(clientOptions("daemon", options)).listInstances();
    if (options.json) printJson(found);
    else {
      const rows = found.map(({ instance_id, state, managed = true, runtime_profile = "", runtime_api_endpoint }) => [
        instance_id,
        state,
        managed ? "managed" : "external",
        runtime_profile,
        runtime_api_endpoint,
      ]);
      process.stdout.write(table(["instance", "state", "kind", "profile", "endpoint"], rows));
    }
    return exitCodes.ok;
  });
}
