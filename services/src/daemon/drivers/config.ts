import { type ExecutorConfig, executorSchema } from "../../runtime/executors/config.js";

/** How instances of a profile are started, as the operator says it; `driverSchema` describes the same in JSON Schema. */
export type DriverConfig = RuntimeDriver | CommandDriver;

/** Profiles and requests change nothing about a start unless this lets them: it is how strangers would get in. */
interface Common {
  /** What the profile is for. */
  readonly description?: string;
  /** Environment variables that may be set. Default: none. */
  readonly allow_env?: readonly string[];
  /** May arguments be added? Default false. */
  readonly allow_args?: boolean;
}

/** The reference runtime, in a process of its own, with a database of its own. */
export interface RuntimeDriver extends Common {
  readonly kind: "runtime";
  /** Default: the planner. */
  readonly executor?: ExecutorConfig;
  readonly max_concurrent_runs?: number;
  readonly max_queued_runs?: number;
}

/** Any program that serves the Runtime API. It is ready when `/v1/health` answers. */
export interface CommandDriver extends Common {
  readonly kind: "command";
  readonly command: string;
  /** `{port}` stands for the port to listen on, which is also in the variable `PORT`. */
  readonly args?: readonly string[];
  /**
   * Text, or the name of a variable of the Daemon's own. `{port}` as in `args`; `{token}` stands for a bearer token
   * that the Daemon then sends with its calls.
   */
  readonly env?: Readonly<Record<string, string | { readonly env: string }>>;
  readonly cwd?: string;
}

const common = {
  description: { description: "What the profile is for.", type: "string" },
  allow_env: {
    description: "Environment variables that profiles and requests may set. Default: none.",
    type: "array",
    items: { type: "string", minLength: 1 },
    uniqueItems: true,
  },
  allow_args: { description: "May profiles and requests add arguments? Default false.", type: "boolean" },
};

function kind(name: string, description: string, properties: object, required: readonly string[] = []): object {
  return {
    description,
    type: "object",
    properties: { kind: { const: name }, ...properties, ...common },
    required: ["kind", ...required],
    additionalProperties: false,
  };
}

const count = (description: string, minimum = 1) => ({ description, type: "integer", minimum, maximum: 2 ** 31 - 1 });

/** JSON Schema 2020-12. */
export const driverSchema = {
  description: "How instances of a profile are started.",
  type: "object",
  properties: { kind: { description: "What kind of program it is.", enum: ["runtime", "command"] } },
  required: ["kind"],
  discriminator: { propertyName: "kind" },
  oneOf: [
    kind("runtime", "The reference runtime, in a process of its own.", {
      executor: executorSchema,
      max_concurrent_runs: count("Runs that work at the same time; others wait. Default 64."),
      max_queued_runs: count("Runs that may wait; more are refused. Default 10000.", 0),
    }),
    kind(
      "command",
      "Any program that serves the Runtime API.",
      {
        command: { description: "The program.", type: "string", minLength: 1 },
        args: {
          description: "Its arguments; {port} stands for the port to listen on.",
          type: "array",
          items: { type: "string" },
        },
        env: {
          description:
            'Variables: text with {port} and {token}, which it shall ask for, or {"env": NAME} for one of ours.',
          type: "object",
          additionalProperties: {
            anyOf: [
              { type: "string" },
              {
                type: "object",
                properties: { env: { description: "The variable.", type: "string", minLength: 1 } },
                required: ["env"],
                additionalProperties: false,
              },
            ],
          },
        },
        cwd: { description: "The folder it runs in.", type: "string", minLength: 1 },
      },
      ["command"],
    ),
  ],
} as const;
