import Type from "typebox";
import { Compile } from "typebox/compile";

const closed = { additionalProperties: false };
const text = (limits = {}) => Type.String({ minLength: 1, ...limits });
const choice = (...values) => Type.Union(values.map((value) => Type.Literal(value)));
const size = Type.Optional(Type.Integer({ minimum: 1 }));
const part = Type.Union([
  Type.Object({ type: Type.Literal("text"), text: Type.String() }, closed),
  Type.Object({ type: Type.Literal("image"), url: text(), width: size, height: size }, closed),
  Type.Object({ type: Type.Literal("tool_call"), call_id: text(), name: text(), arguments: Type.Object({}) }, closed),
  Type.Object(
    {
      type: Type.Literal("tool_result"),
      call_id: text(),
      ok: Type.Boolean(),
      output: Type.Optional(Type.String()),
    },
    closed,
  ),
]);
const message = Type.Object(
  {
    id: text({ maxLength: 64 }),
    role: choice("system", "user", "assistant", "tool"),
    content: Type.Array(part, { minItems: 1 }),
  },
  closed,
);
const metadata = Type.Object(
  {
    tenant: text(),
    trace: Type.Object(
      { id: Type.String({ pattern: "^[0-9a-f]{32}$" }), sampled: Type.Optional(Type.Boolean()) },
      closed,
    ),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  closed,
);
const validator = Compile(
  Type.Object(
    {
      run_id: text({ maxLength: 64 }),
      model: choice("small", "medium", "large"),
      goal: text({ maxLength: 4000 }),
      temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
      max_steps: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
      stream: Type.Optional(Type.Boolean()),
      tool_choice: Type.Optional(choice("auto", "none", "required")),
      tags: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 16 })),
      metadata: Type.Optional(metadata),
      messages: Type.Array(message, { minItems: 1, maxItems: 100 }),
    },
    closed,
  ),
);

export const validate = (value) => validator.Check(value);
