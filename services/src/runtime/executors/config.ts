/** Which agent a runtime runs, as a configuration says it; `executorSchema` describes the same in JSON Schema. */
export type ExecutorConfig = PlannerConfig | FunctionConfig | ProcessConfig | OpenAiConfig;

/** The agent that follows rules: it needs no model, and knows little. */
export interface PlannerConfig {
  readonly kind: "planner";
}

/** An async generator in a module. */
export interface FunctionConfig {
  readonly kind: "function";
  /** A path, from the folder of the configuration, or the name of a package. */
  readonly module: string;
  /** Default `default`. */
  readonly export?: string;
}

/** A program of any language. */
export interface ProcessConfig {
  readonly kind: "process";
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | { readonly env: string }>>;
  readonly max_line_bytes?: number;
  readonly max_output_bytes?: number;
  readonly grace_ms?: number;
}

/** A model behind an endpoint that speaks chat completions. */
export interface OpenAiConfig {
  readonly kind: "openai-compatible";
  /** Default: `$OPENAI_BASE_URL`. */
  readonly base_url?: string;
  /** Default: `$OPENAI_MODEL`. */
  readonly model?: string;
  /** The variable that holds the key. Default `OPENAI_API_KEY`; it need not be set where the endpoint wants none. */
  readonly api_key_env?: string;
  readonly system_prompt?: string;
  readonly temperature?: number;
  readonly max_turns?: number;
  readonly retries?: number;
  readonly idle_timeout_ms?: number;
}

const text = (description: string) => ({ description, type: "string", minLength: 1 });
const count = (description: string, minimum = 1) => ({ description, type: "integer", minimum, maximum: 2 ** 31 - 1 });

function kind(name: string, description: string, properties: object, required: readonly string[] = []): object {
  return {
    description,
    type: "object",
    properties: { kind: { const: name }, ...properties },
    required: ["kind", ...required],
    additionalProperties: false,
  };
}

/** JSON Schema 2020-12. */
export const executorSchema = {
  description: "The agent that works on runs. Default: openai-compatible where OPENAI_MODEL is set, else planner.",
  type: "object",
  properties: {
    kind: { description: "What kind of agent it is.", enum: ["planner", "function", "process", "openai-compatible"] },
  },
  required: ["kind"],
  discriminator: { propertyName: "kind" },
  oneOf: [
    kind("planner", "An agent that follows rules: it needs no model, and knows arithmetic, counting and the time.", {}),
    kind(
      "function",
      "An async generator in a JavaScript module.",
      {
        module: text("Its path, from the folder of this file, or the name of a package."),
        export: text('Which export it is. Default "default".'),
      },
      ["module"],
    ),
    kind(
      "process",
      "A program of any language: the goal as JSON on stdin, events as JSON lines on stdout.",
      {
        command: text("The program."),
        args: { description: "Its arguments.", type: "array", items: { type: "string" } },
        cwd: text("The folder it runs in."),
        env: {
          description: 'Variables of its environment, as text or {"env": NAME} for one of ours.',
          type: "object",
          additionalProperties: {
            anyOf: [
              { type: "string" },
              {
                type: "object",
                properties: { env: text("The variable.") },
                required: ["env"],
                additionalProperties: false,
              },
            ],
          },
        },
        max_line_bytes: count("Bytes of one line on stdout. Default 1048576."),
        max_output_bytes: count("Bytes of all of stdout. Default 67108864."),
        grace_ms: count("Milliseconds between the request to end and the kill. Default 2000.", 0),
      },
      ["command"],
    ),
    kind("openai-compatible", "A model behind an endpoint that speaks chat completions.", {
      base_url: { ...text("Where it is. Default: $OPENAI_BASE_URL."), pattern: "^https?://" },
      model: text("The model. Default: $OPENAI_MODEL."),
      api_key_env: text("The variable that holds the key. Default OPENAI_API_KEY."),
      system_prompt: text("What the model is told first."),
      temperature: { description: "Passed on.", type: "number", minimum: 0, maximum: 2 },
      max_turns: count("Calls of the model in one run. Default 50."),
      retries: count("Tries of a call beyond the first. Default 4.", 0),
      idle_timeout_ms: count("Milliseconds without a byte after which a call is lost. Default 120000."),
    }),
  ],
} as const;
