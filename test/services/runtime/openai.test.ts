/** The agent on a chat-completions endpoint, against a server that speaks the wire, and misbehaves as such servers do. */
import { RuntimeClient } from "@agentwire/client/runtime";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { inMemory } from "@agentwire/kit/server";
import type { RunEvent, RunRequest } from "@agentwire/models/runtime";
import { describe, expect, it } from "vitest";
import { type OpenAiOptions, openAiExecutor } from "../../../services/src/runtime/executors/openai/openai.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { collect, eventually, serve } from "../support.js";
import { answers, breaksOff, calls, endsEarly, hangs, type Scene, says, scriptedModel, sends } from "./model.js";

const KEY = "sk-very-secret";

async function run(scenes: Scene[], request: Partial<RunRequest> = {}, options: Partial<OpenAiOptions> = {}) {
  const model = await scriptedModel(...scenes);
  const executor = openAiExecutor({ baseUrl: model.baseUrl, apiKey: KEY, model: "tiny", ...options });
  const toolRegistry = new ToolRegistryClient({ transport: inMemory(new ToolRegistryService()) });
  const client = new RuntimeClient(await serve(new RuntimeService({ executor, toolRegistry })));
  const { run_id } = await client.createRun({ body: { input: { goal: "What is 6 * 7?" }, ...request } });
  const path = { run_id };
  const finish = async () => {
    const events = await collect(client.streamRunEvents({ path }));
    return { events, result: await client.getRunResult({ path }) };
  };
  return { model, client, path, finish };
}

const types = (events: readonly RunEvent[]) => events.map(({ type }) => type);
const text = (events: readonly RunEvent[]) =>
  events.flatMap(({ type, data }) => (type === "token" ? [data?.["text"]] : [])).join("");

describe("a model with tools", () => {
  it("calls them until it has the answer, and its words come as tokens", async () => {
    const scenes = [calls(["calc", '{"expression": "6 * 7"}'], ["echo", '{"text":"hi"}']), says("It", " is", " 42.")];
    const { model, finish } = await run(scenes, { input: { goal: "What is 6 * 7?", data: { unit: "apples" } } });
    const { events, result } = await finish();
    expect(types(events)).toEqual([
      "step",
      "tool_call",
      "tool_call",
      "tool_result",
      "tool_result",
      "step",
      "token",
      "token",
      "token",
      "final",
    ]);
    expect(text(events)).toBe("It is 42.");
    expect(result).toMatchObject({
      ok: true,
      output: { answer: "It is 42.", model: "tiny" },
      usage: { steps: 2, tool_calls: 2, prompt_tokens: 50, completion_tokens: 8 },
    });
    expect(model.headers[0]?.authorization).toBe(`Bearer ${KEY}`);
    const [first, second] = model.bodies;
    expect(first).toMatchObject({ model: "tiny", stream: true });
    expect(first?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(first?.messages[1]?.content).toContain('{"unit":"apples"}');
    expect(first?.tools?.map((tool) => tool.function.name)).toContain("calc");
    expect(second?.messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "tool"]);
    expect(JSON.parse(String(second?.messages[3]?.content))).toMatchObject({ value: 42 });
  });

  it("is shown, and may call, only what the tool policy permits", async () => {
    const scenes = [calls(["echo", "{}"]), says("No.")];
    const { model, finish } = await run(scenes, { tool_policy: { allow_tool_ids: ["calc"] } });
    const { events, result } = await finish();
    expect(model.bodies[0]?.tools?.map((tool) => tool.function.name)).toEqual(["calc"]);
    const refusal = events.find(({ type }) => type === "tool_result");
    expect(refusal?.data).toMatchObject({ tool_id: "echo", ok: false, error: { code: "tool.not_found" } });
    expect(result.ok).toBe(true);
  });

  it.each(['{"expression": "6 *', "[]", "null", '"6 * 7"'])(
    "hears that its arguments %s are malformed, and tries again",
    async (args) => {
      const scenes = [calls(["calc", args]), calls(["calc", '{"expression":"6 * 7"}']), says("42")];
      const { model, finish } = await run(scenes);
      const { events, result } = await finish();
      expect(types(events).filter((type) => type === "tool_result").length).toBe(2);
      expect(model.bodies[1]?.messages.at(-1)?.content).toContain("tool.invalid_args");
      expect(result).toMatchObject({ ok: true, output: { answer: "42" } });
    },
  );

  it("hears what a tool says that fails", async () => {
    const { model, finish } = await run([calls(["calc", '{"expression":"1 / 0"}']), says("Impossible.")]);
    expect((await finish()).result.ok).toBe(true);
    expect(model.bodies[1]?.messages.at(-1)?.content).toMatch(/error.*tool\.execution_error/);
  });
});

describe("an endpoint that misbehaves", () => {
  it.each<[string, Scene]>([
    ["answers 429 with Retry-After", answers(429, { error: { message: "slow down" } }, { "retry-after": "0" })],
    ["answers 503", answers(503, { error: "overloaded" })],
    ["cuts the stream", breaksOff("It", " was")],
    ["ends the stream early", endsEarly],
    ["sends what is no JSON", sends("{oops")],
    ["reports an error in the stream", sends({ error: { message: "internal" } })],
  ])("that %s is asked again, with a step of its own", async (_, scene) => {
    const { model, finish } = await run([scene, says("42")]);
    const { events, result } = await finish();
    expect(model.bodies.length).toBe(2);
    const steps = events.filter(({ type }) => type === "step");
    expect(steps.map(({ data }) => data?.["attempt"])).toEqual([undefined, 2]);
    expect(text(events.slice(events.indexOf(steps[1] as RunEvent)))).toBe("42");
    expect(result).toMatchObject({ ok: true, output: { answer: "42" } });
  });

  it("that waits for too long is asked again", async () => {
    const { finish } = await run([hangs, says("42")], {}, { idleTimeoutMs: 100 });
    expect((await finish()).result).toMatchObject({ ok: true, output: { answer: "42" } });
  });

  it("that stays away fails the run, in a way that may be tried again", async () => {
    const scenes = Array.from({ length: 3 }, () =>
      answers(429, { error: { message: "slow down" } }, { "retry-after": "0" }),
    );
    const { finish } = await run(scenes, {}, { retries: 2 });
    const { error } = (await finish()).result;
    expect(error).toMatchObject({
      code: "model.unavailable",
      retryable: true,
      message: expect.stringContaining("429: slow down"),
    });
  });

  it("that rejects the key fails the run at once, and the key is nowhere to be read", async () => {
    const { model, finish } = await run([answers(401, { error: { message: `Incorrect API key provided: ${KEY}` } })]);
    const { events, result } = await finish();
    expect(model.bodies.length).toBe(1);
    expect(result.error).toMatchObject({ code: "model.rejected" });
    expect(JSON.stringify([events, result])).not.toContain(KEY);
  });

  it("that redirects gets nothing", async () => {
    const { finish } = await run([answers(307, {}, { location: "http://127.0.0.1:9/v1" })], {}, { retries: 0 });
    expect((await finish()).result.ok).toBe(false);
  });
});

describe("limits", () => {
  it("max_steps ends a model that goes on calling tools", async () => {
    const scenes = Array.from({ length: 5 }, () => calls(["echo", '{"text":"again"}']));
    const { model, finish } = await run(scenes, { limits: { max_steps: 2 } });
    expect((await finish()).result.error).toMatchObject({ code: "limits.max_steps" });
    expect(model.bodies.length).toBe(2);
  });

  it("max_tokens is told to the endpoint, and ends the run when more are used", async () => {
    const { model, finish } = await run([calls(["echo", '{"text":"a"}']), says("1", "2", "3", "4")], {
      limits: { max_tokens: 7 },
    });
    expect((await finish()).result.error).toMatchObject({ code: "limits.max_tokens" });
    expect(model.bodies.map(({ max_tokens }) => max_tokens)).toEqual([7, 2]);
  });

  it("cancel ends the call that is under way", async () => {
    let closed = false;
    const scene: Scene = (response, body) => {
      response.on("close", () => (closed = true));
      hangs(response, body);
    };
    const { client, path } = await run([scene]);
    for await (const { type } of client.streamRunEvents({ path }))
      if (type === "token") await client.cancelRun({ path });
    expect((await client.getRunStatus({ path })).state).toBe("canceled");
    await eventually(() => closed, Boolean);
  });
});
