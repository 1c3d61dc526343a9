import { driverSchema } from "../daemon/drivers/config.js";
import { executorSchema } from "../runtime/executors/config.js";
import { toolSourcesSchema } from "../tool-registry/config/schema.js";
import { DEFAULT_PORTS, SERVICE_NAMES } from "./names.js";

const text = (description: string) => ({ description, type: "string", minLength: 1 });
const url = (description: string) => ({ description, type: "string", pattern: "^https?://" });
const count = (description: string, minimum = 1) => ({ description, type: "integer", minimum, maximum: 2 ** 31 - 1 });
const words = (description: string) => ({ description, type: "array", items: { type: "string" }, minItems: 1 });

function group(description: string, properties: object, required?: readonly string[]): object {
  return { description, type: "object", properties, additionalProperties: false, ...(required ? { required } : {}) };
}

const { $defs, $schema: _, ...sources } = toolSourcesSchema;

/** JSON Schema 2020-12 of the configuration file of `agentwire up`. */
export const stackSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "StackConfig",
  description: "Which services run here, and how.",
  type: "object",
  properties: {
    $schema: { description: "For editors.", type: "string" },
    data: text("The folder of databases and logs, from the folder of this file. Absent: all is in memory."),
    host: text("The address to listen on. Default 127.0.0.1; any other needs auth."),
    services: {
      description: "Which services run. Default: all.",
      type: "array",
      items: { enum: SERVICE_NAMES },
      uniqueItems: true,
      minItems: 1,
    },
    ports: group(
      "Where each listens; 0 takes a free port.",
      Object.fromEntries(
        SERVICE_NAMES.map((name) => [
          name,
          { description: `Default ${DEFAULT_PORTS[name]}.`, type: "integer", minimum: 0, maximum: 65_535 },
        ]),
      ),
    ),
    auth: {
      ...group(
        "Who may call runtime, tool registry and daemon. Default: as the ARP_AUTH_* variables say, else anybody.",
        {
          mode: {
            description: "disabled: anybody; optional: anybody, but no bad token; required: a good token only.",
            enum: ["disabled", "optional", "required"],
          },
          issuer: url("Who issues the tokens (iss), and where the keys are looked up by OIDC discovery."),
          audience: {
            description: "For whom they must be (aud).",
            anyOf: [{ type: "string", minLength: 1 }, words("Any of these.")],
          },
          jwks_uri: url("Where the keys are; wins over discovery."),
          discovery_url: url("The discovery document. Default: that of the issuer."),
          algorithms: words("Allowed signatures. Default RS256."),
          clock_skew_seconds: count("Tolerated difference of clocks. Default 60.", 0),
          exempt_paths: {
            description: "Paths that anybody may call beside health and version; compared exactly.",
            type: "array",
            items: { type: "string", pattern: "^/" },
          },
          dev_subject: text("Who callers are in mode disabled. Default dev."),
          anonymous_subject: text("Who callers without a token are in mode optional. Default anonymous."),
        },
        ["mode"],
      ),
      if: { properties: { mode: { const: "disabled" } }, required: ["mode"] },
      else: {
        required: ["audience"],
        anyOf: [{ required: ["issuer"] }, { required: ["jwks_uri"] }, { required: ["discovery_url"] }],
      },
    },
    limits: group("What one caller may cost each service.", {
      body_bytes: count("Bytes of a request body. Default 1048576."),
      requests: count("Requests of one address in a window; 0 for any number. Default 10000.", 0),
      window_seconds: count("The window. Default 10."),
    }),
    retention: group("How long ended runs are kept, with their events and traces. Default: for ever.", {
      days: { description: "Days since their end.", type: "number", exclusiveMinimum: 0, maximum: 36_500 },
      runs: count("How many each service keeps at most; the oldest go first.", 0),
      grace_seconds: count("Seconds for which each is kept in any case. Default 60.", 0),
    }),
    runtime: group("The runtime.", {
      executor: executorSchema,
      max_concurrent_runs: count("Runs that work at the same time; others wait. Default 64."),
      max_queued_runs: count("Runs that may wait; more are refused. Default 10000.", 0),
      gather_ms: count("Milliseconds in which events are gathered to be sent together. Default: sent as they come."),
      tool_registry_url: url("The registry of its tools. Default: the one of this stack."),
    }),
    tool_registry: group("The tool registry.", {
      sources,
      timeout_ms: count("Milliseconds a call may take. Default 10000."),
      max_result_bytes: count("Bytes a result may have, as JSON. Default 1048576."),
      max_concurrency: count("Calls of one tool at the same time. Default 16."),
      max_queue: count("Calls of one tool that wait for their turn. Default 64.", 0),
    }),
    session: group("The session operator.", {
      network: text("What the network of agents is called. Default local."),
      grace_ms: count("Milliseconds an agent may be away before it is out of its sessions. Default 30000.", 0),
      gather_ms: count("Milliseconds within which events for one agent leave together. Default 5.", 0),
      slow_consumer_ms: count("Milliseconds after which an agent that reads nothing is cut off. Default 10000."),
      admin_token_env: text("The variable that holds the administrator's token. Default: made up at each start."),
      seed: text(
        "A JSON file of agents, from the folder of this file: by handle, a token or {token, inbound_policy, allowlist}.",
      ),
    }),
    daemon: group("The daemon.", {
      profiles: {
        description: "How instances are started, by profile. Default: planner, with the agent of this stack.",
        type: "object",
        additionalProperties: driverSchema,
      },
      default_driver: {
        description: "The driver of profiles that are made over the API; false: they cannot be started.",
        anyOf: [driverSchema, { const: false }],
      },
      allow_hosts: words("Hosts beside loopback, with or without a port, that callers may name."),
      max_instances: count("Instances at the same time. Default 16."),
      max_runs_per_instance: count("Runs of one instance before it counts as busy. Default 64."),
      max_runs: count("Runs under way at the same time; more are refused. Default 10000."),
      start_timeout_ms: count("Milliseconds an instance has to become ready. Default 15000."),
      stop_timeout_ms: count("Milliseconds between the request to end and the kill. Default 5000.", 0),
      drain_timeout_ms: count("Milliseconds the runs of a deleted instance have to end. Default 5000.", 0),
      probe_interval_ms: count("Milliseconds between two looks at an instance. Default 5000."),
      hang_timeout_ms: count("Milliseconds a process may go without an answer before it is killed. Default 30000."),
      max_log_bytes: count("Bytes of the log of one instance. Default 4194304."),
      lost_after_ms: count("Milliseconds a run may be without its runtime. Default 15000.", 0),
    }),
  },
  additionalProperties: false,
  $defs,
};
