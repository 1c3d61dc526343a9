/** What somebody writes who has an afternoon, knows the contract by heart and wants it quick. */
const hexadecimal = /^[0-9a-f]{32}$/;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === "string" && value.length >= 1;
const isId = (value) => isText(value) && value.length <= 64;
const isCount = (value) => Number.isInteger(value) && value >= 1;

export function validate(value) {
  if (!isObject(value)) return false;
  for (const name in value) {
    switch (name) {
      case "run_id":
      case "model":
      case "goal":
      case "temperature":
      case "max_steps":
      case "stream":
      case "tool_choice":
      case "tags":
      case "metadata":
      case "messages":
        break;
      default:
        return false;
    }
  }
  const { run_id, model, goal, temperature, max_steps, stream, tool_choice, tags, metadata, messages } = value;
  if (!isId(run_id)) return false;
  if (model !== "small" && model !== "medium" && model !== "large") return false;
  if (!isText(goal) || goal.length > 4000) return false;
  if (temperature !== undefined && !(typeof temperature === "number" && temperature >= 0 && temperature <= 2))
    return false;
  if (max_steps !== undefined && !(isCount(max_steps) && max_steps <= 1000)) return false;
  if (stream !== undefined && typeof stream !== "boolean") return false;
  if (tool_choice !== undefined && tool_choice !== "auto" && tool_choice !== "none" && tool_choice !== "required")
    return false;
  if (tags !== undefined && !areTags(tags)) return false;
  if (metadata !== undefined && !isMetadata(metadata)) return false;
  if (!Array.isArray(messages) || messages.length < 1 || messages.length > 100) return false;
  for (let i = 0; i < messages.length; i++) if (!isMessage(messages[i])) return false;
  return true;
}

function areTags(value) {
  if (!Array.isArray(value) || value.length > 16) return false;
  for (let i = 0; i < value.length; i++) if (typeof value[i] !== "string" || value[i].length > 32) return false;
  return true;
}

function isMetadata(value) {
  if (!isObject(value) || !isText(value.tenant) || !isTrace(value.trace)) return false;
  for (const name in value) if (name !== "tenant" && name !== "trace" && name !== "labels") return false;
  if (value.labels === undefined) return true;
  if (!isObject(value.labels)) return false;
  for (const name in value.labels) if (typeof value.labels[name] !== "string") return false;
  return true;
}

function isTrace(value) {
  if (!isObject(value) || typeof value.id !== "string" || !hexadecimal.test(value.id)) return false;
  for (const name in value) if (name !== "id" && name !== "sampled") return false;
  return value.sampled === undefined || typeof value.sampled === "boolean";
}

function isMessage(value) {
  if (!isObject(value) || !isId(value.id)) return false;
  for (const name in value) if (name !== "id" && name !== "role" && name !== "content") return false;
  const { role, content } = value;
  if (role !== "system" && role !== "user" && role !== "assistant" && role !== "tool") return false;
  if (!Array.isArray(content) || content.length < 1) return false;
  for (let i = 0; i < content.length; i++) if (!isPart(content[i])) return false;
  return true;
}

function isPart(value) {
  if (!isObject(value)) return false;
  switch (value.type) {
    case "text":
      for (const name in value) if (name !== "type" && name !== "text") return false;
      return typeof value.text === "string";
    case "image":
      for (const name in value)
        if (name !== "type" && name !== "url" && name !== "width" && name !== "height") return false;
      return (
        isText(value.url) &&
        (value.width === undefined || isCount(value.width)) &&
        (value.height === undefined || isCount(value.height))
      );
    case "tool_call":
      for (const name in value)
        if (name !== "type" && name !== "call_id" && name !== "name" && name !== "arguments") return false;
      return isText(value.call_id) && isText(value.name) && isObject(value.arguments);
    case "tool_result":
      for (const name in value)
        if (name !== "type" && name !== "call_id" && name !== "ok" && name !== "output") return false;
      return (
        isText(value.call_id) &&
        typeof value.ok === "boolean" &&
        (value.output === undefined || typeof value.output === "string")
      );
    default:
      return false;
  }
}
