import type { JsonObject } from "../tool.js";

const text = (description: string): JsonObject => ({ description, type: "string", minLength: 1 });
const positive = (description: string): JsonObject => ({
  description,
  type: "integer",
  minimum: 1,
  maximum: 2 ** 31 - 1,
});

const secretText = (description: string): JsonObject => ({ description, $ref: "#/$defs/text" });
const secretTexts = (description: string): JsonObject => ({
  description,
  type: "object",
  additionalProperties: { $ref: "#/$defs/text" },
});

const name = {
  description: "The name of this source, in the ids of its tools and in health checks.",
  type: "string",
  pattern: "^[A-Za-z0-9_-]{1,64}$",
};
const url = { description: "Its address.", type: "string", pattern: "^https?://" };

const limits = {
  timeout_ms: positive("Milliseconds a call may take. Default 10000."),
  max_result_bytes: positive("Bytes a result may have, as JSON. Default 1048576."),
  max_concurrency: positive("Calls of one tool at the same time. Default 16."),
  max_queue: {
    description: "Calls of one tool that wait for their turn; one more is refused. Default 64.",
    type: "integer",
    minimum: 0,
  },
};

function source(kind: string, description: string, properties: JsonObject, required: readonly string[]): JsonObject {
  return {
    description,
    type: "object",
    properties: { kind: { const: kind }, ...properties },
    required: ["kind", ...required],
    additionalProperties: false,
  };
}

const kinds: Readonly<Record<string, JsonObject>> = {
  builtin: source(
    "builtin",
    "The functions that the registry brings along. Without this entry all of them are offered.",
    { tools: { description: "Ids of those to offer. Default: all.", type: "array", items: { type: "string" } } },
    [],
  ),
  http: source(
    "http",
    "One tool that is an HTTP endpoint. Arguments go out as a JSON body, for GET and DELETE as query.",
    {
      id: text("The id of the tool."),
      name: text("The name of the tool. Default: its id."),
      description: text("What the tool does and when to use it, for a model to read."),
      input_schema: { description: "JSON Schema of the arguments, an object.", type: "object" },
      output_schema: { description: "JSON Schema of the result.", type: "object" },
      method: { description: "Default POST.", enum: ["GET", "POST", "PUT", "PATCH", "DELETE"] },
      url: { ...url, description: "The address. It may hold {argument} in its path and query." },
      headers: secretTexts("Headers to send."),
      ...limits,
      max_response_bytes: positive("Bytes that are read of an answer. Default: max_result_bytes."),
    },
    ["id", "description", "input_schema", "url"],
  ),
  "mcp-stdio": source(
    "mcp-stdio",
    "An MCP server that is a program on this machine. Its tools are called <name>.<tool>.",
    {
      name,
      command: text("The program."),
      args: { description: "Its arguments.", type: "array", items: { type: "string" } },
      env: secretTexts("Variables of its environment, beside the few that every program needs."),
      cwd: text("The folder it runs in. Default: that of the registry."),
      ...limits,
    },
    ["name", "command"],
  ),
  "mcp-http": source(
    "mcp-http",
    "An MCP server over streamable HTTP. Its tools are called <name>.<tool>.",
    { name, url, headers: secretTexts("Headers to send."), ...limits },
    ["name", "url"],
  ),
  registry: source(
    "registry",
    "Another tool registry.",
    {
      name,
      url,
      token: secretText("The bearer token that it asks for."),
      prefix: {
        description: 'What comes before the ids and names of its tools. Default: its name and a dot. "" is nothing.',
        type: "string",
        maxLength: 64,
      },
      refresh_ms: positive("Milliseconds between two looks at its list. Default 30000."),
      ...limits,
    },
    ["name", "url"],
  ),
};

/** JSON Schema 2020-12 of the sources of a tool registry, as a part of a configuration file. */
export const toolSourcesSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "ToolSources",
  description: "Where the tools come from. Of two tools with the same id, the one of the earlier source is offered.",
  type: "array",
  items: {
    type: "object",
    properties: { kind: { description: "What kind of source it is.", enum: Object.keys(kinds) } },
    required: ["kind"],
    discriminator: { propertyName: "kind" },
    oneOf: Object.keys(kinds).map((kind) => ({ $ref: `#/$defs/${kind}` })),
  },
  $defs: {
    text: {
      description: "A text, or the name of the environment variable that holds it. Secrets belong in variables.",
      anyOf: [
        { type: "string" },
        {
          type: "object",
          properties: {
            env: text("The name of the variable. It must be set when the registry starts."),
            prefix: { description: 'What comes before its value, such as "Bearer ".', type: "string" },
          },
          required: ["env"],
          additionalProperties: false,
        },
      ],
    },
    ...kinds,
  },
};
