import { z } from "zod";

const text = z.string().min(1);
const part = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text: z.string() }),
  z.strictObject({
    type: z.literal("image"),
    url: text,
    width: z.int().min(1).optional(),
    height: z.int().min(1).optional(),
  }),
  z.strictObject({
    type: z.literal("tool_call"),
    call_id: text,
    name: text,
    arguments: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({ type: z.literal("tool_result"), call_id: text, ok: z.boolean(), output: z.string().optional() }),
]);
const runRequest = z.strictObject({
  run_id: text.max(64),
  model: z.enum(["small", "medium", "large"]),
  goal: text.max(4000),
  temperature: z.number().min(0).max(2).optional(),
  max_steps: z.int().min(1).max(1000).optional(),
  stream: z.boolean().optional(),
  tool_choice: z.enum(["auto", "none", "required"]).optional(),
  tags: z.array(z.string().max(32)).max(16).optional(),
  metadata: z
    .strictObject({
      tenant: text,
      trace: z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/), sampled: z.boolean().optional() }),
      labels: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  messages: z
    .array(
      z.strictObject({
        id: text.max(64),
        role: z.enum(["system", "user", "assistant", "tool"]),
        content: z.array(part).min(1),
      }),
    )
    .min(1)
    .max(100),
});

export const validate = (value) => runRequest.safeParse(value).success;
