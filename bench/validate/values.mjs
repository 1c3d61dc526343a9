const MESSAGES = 20;

/** A run request as an agent sends it: ten members, 20 messages of two parts each. */
export function runRequest(seed = 0) {
  return {
    run_id: `run-${seed}`,
    model: "large",
    goal: `Summarise the incident of day ${seed} and propose what to change.`,
    temperature: 0.2,
    max_steps: 40 + (seed % 8),
    stream: true,
    tool_choice: "auto",
    tags: ["incident", "summary", `day-${seed}`],
    metadata: {
      tenant: "acme",
      trace: { id: "0af7651916cd43dd8448eb211c80319c", sampled: true },
      labels: { team: "platform", region: "eu-west", tier: "gold" },
    },
    messages: Array.from({ length: MESSAGES }, (_, index) => message(index, seed)),
  };
}

function message(index, seed) {
  const id = `msg-${seed}-${index}`;
  const text = { type: "text", text: `Message number ${index}: what happened, and what was tried.` };
  const call_id = `call-${index}`;
  switch (index % 4) {
    case 0:
      return { id, role: "user", content: [text, { type: "image", url: `https://images.example/${id}`, width: 640 }] };
    case 1:
      return {
        id,
        role: "assistant",
        content: [text, { type: "tool_call", call_id, name: "search", arguments: { query: id, limit: 5 } }],
      };
    case 2:
      return { id, role: "tool", content: [{ type: "tool_result", call_id, ok: true, output: "3 hits" }, text] };
    default:
      return { id, role: "assistant", content: [text, { type: "text", text: "That is all." }] };
  }
}

/** Values that all validators must agree on: `[valid, value]`. */
export function samples() {
  const changed = (change) => {
    const request = runRequest();
    change(request);
    return request;
  };
  const last = (request) => request.messages[MESSAGES - 1];
  const valid = [
    () => {},
    (one) => delete one.metadata,
    (one) => delete one.tags,
    (one) => {
      one.messages.length = 1;
    },
    (one) => {
      one.metadata.labels = {};
    },
    (one) => {
      one.temperature = 2;
    },
  ];
  const invalid = [
    (one) => delete one.run_id,
    (one) => delete one.messages,
    (one) => {
      one.run_id = "";
    },
    (one) => {
      one.run_id = "x".repeat(65);
    },
    (one) => {
      one.model = "huge";
    },
    (one) => {
      one.temperature = 2.1;
    },
    (one) => {
      one.max_steps = 1.5;
    },
    (one) => {
      one.stream = "yes";
    },
    (one) => {
      one.tags = "incident";
    },
    (one) => {
      one.tags = [1];
    },
    (one) => {
      one.messages = [];
    },
    (one) => {
      one.extra = true;
    },
    (one) => {
      one.metadata.trace.id = "not hexadecimal";
    },
    (one) => {
      one.metadata.trace.more = 1;
    },
    (one) => {
      one.metadata.labels.tier = 1;
    },
    (one) => delete one.metadata.tenant,
    (one) => {
      last(one).role = "robot";
    },
    (one) => {
      last(one).content = [];
    },
    (one) => {
      last(one).content[1] = { type: "video", url: "x" };
    },
    (one) => {
      last(one).content[1] = { text: "no type" };
    },
    (one) => {
      last(one).content[1] = null;
    },
    (one) => {
      last(one).content[1] = { type: "text" };
    },
    (one) => {
      last(one).content[1] = { type: "text", text: "x", url: "y" };
    },
    (one) => {
      last(one).content[1] = { type: "tool_call", call_id: "1", name: "x", arguments: [] };
    },
    (one) => {
      last(one).content[1] = { type: "image", url: "x", width: 0 };
    },
  ];
  return [
    ...valid.map((change) => [true, changed(change)]),
    ...invalid.map((change) => [false, changed(change)]),
    ...[null, 1, "text", [], {}].map((value) => [false, value]),
  ];
}
