import { NotFoundError } from "@agentwire/kit/client";
import type { NewMessage, NewSession, Reopening, SessionView } from "@agentwire/models/session";
import { jsonObject, printJson, table } from "../remote.js";
import { type ContentOptions, contentOf } from "./content.js";
import { eventLine } from "./event-line.js";
import { Failure, misuse } from "./failure.js";
import { handleOf, handlesOf } from "./handle.js";
import { wholeNumber } from "./numbers.js";
import { say } from "./say.js";
import { type AgentOptions, withAgent } from "./target.js";
import { dateTime } from "./time.js";

/** The largest page that an operator gives. */
const MAX_EVENTS = 1000;

interface OpeningOptions extends AgentOptions {
  readonly invite?: string;
  readonly message?: string;
}

export interface CreateOptions extends OpeningOptions {
  readonly topic?: string;
  readonly endAfterSend?: boolean;
  readonly idempotencyKey?: string;
}

export interface SendOptions extends AgentOptions, ContentOptions {
  readonly metadata?: string;
  readonly idempotencyKey?: string;
}

export interface EventsOptions extends AgentOptions {
  readonly after?: string;
  readonly limit?: string;
}

/** `agentwire session create`. */
export function createSession(options: CreateOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    const { topic, endAfterSend, idempotencyKey } = options;
    if (endAfterSend && options.message === undefined) throw misuse("--end-after-send needs a --message to send");
    const body: NewSession = {
      ...openingOf(options),
      ...(topic === undefined ? {} : { topic }),
      ...(endAfterSend ? { end_after_send: true } : {}),
      ...(idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }),
    };
    const created = await client.createSession({ body }).catch((error: unknown) => {
      throw error instanceof NotFoundError ? unreachable(error) : error;
    });
    say(options, created, created.session_id);
  });
}

/** `agentwire session list`. */
export function listSessions(options: AgentOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    const { sessions } = await client.listSessions();
    if (options.json) return printJson({ sessions });
    const rows = sessions.map(({ id, state, topic = "", participants, created_at }) => [
      id,
      state,
      dateTime(created_at),
      participants.map(({ handle }) => handle).join(" "),
      topic,
    ]);
    process.stdout.write(table(["session", "state", "created", "participants", "topic"], rows));
  });
}

/** `agentwire session show`. */
export function showSession(id: string, options: AgentOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    const session = await client.getSession({ path: { session_id: id } });
    say(options, session, wordsOf(session));
  });
}

/** `agentwire session join`. */
export function joinSession(id: string, options: AgentOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    say(options, await client.joinSession({ path: { session_id: id } }), `You have joined ${id}.`);
  });
}

/** `agentwire session leave`. */
export function leaveSession(id: string, options: AgentOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    say(options, await client.leaveSession({ path: { session_id: id } }), `You have left ${id}.`);
  });
}

/** `agentwire session end`. */
export function endSession(id: string, options: AgentOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    say(options, await client.endSession({ path: { session_id: id } }), `${id} has ended.`);
  });
}

/** `agentwire session invite`. The operator leaves out whom it does not invite; they are worked out here. */
export function invite(id: string, handles: readonly string[], options: AgentOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    const asked = [...new Set(handles.map(handleOf))];
    const { invited } = await client.inviteToSession({ path: { session_id: id }, body: { invite: asked } });
    const omitted = asked.filter((handle) => !invited.includes(handle));
    const words = [
      ...(invited.length > 0 ? [`invited: ${invited.join(" ")}`] : []),
      ...(omitted.length > 0 ? [`not invited: ${omitted.join(" ")} (in already, or out of reach)`] : []),
    ];
    say(options, { invited, omitted }, words.join("\n"));
  });
}

/** `agentwire session send`. */
export function send(id: string, message: string | undefined, options: SendOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    const { metadata, idempotencyKey } = options;
    const body: NewMessage = {
      content: await contentOf(message, options),
      ...(metadata === undefined ? {} : { metadata: jsonObject(metadata, "--metadata", misuse) }),
      ...(idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }),
    };
    const accepted = await client.sendMessage({ path: { session_id: id }, body });
    say(options, accepted, `Sent as #${accepted.sequence}.`);
  });
}

/** `agentwire session reopen`. */
export function reopen(id: string, options: OpeningOptions): Promise<number> {
  return withAgent(options, async ({ client }) => {
    const body: Reopening = openingOf(options);
    say(options, await client.reopenSession({ path: { session_id: id }, body }), `${id} goes on.`);
  });
}

/** `agentwire session events`: all pages, or one of a certain size. */
export function listEvents(id: string, options: EventsOptions): Promise<number> {
  const { after, limit, json } = options;
  return withAgent(options, async ({ client }) => {
    const query = {
      ...(after === undefined
        ? {}
        : { after_sequence: wholeNumber(after, "--after", [0, Number.MAX_SAFE_INTEGER] as const) }),
      ...(limit === undefined ? {} : { limit: wholeNumber(limit, "--limit", [1, MAX_EVENTS] as const) }),
    };
    const pages = client.listSessionEvents({ path: { session_id: id }, query });
    if (limit !== undefined) {
      const page = await pages;
      if (json) return printJson(page);
      for (const event of page.events) process.stdout.write(eventLine(event, { withSession: false }));
      if (page.next_cursor !== undefined) process.stdout.write(`there may be more: --after ${page.next_cursor}\n`);
      return;
    }
    const events = [];
    for await (const event of pages) {
      if (json) events.push(event);
      else process.stdout.write(eventLine(event, { withSession: false }));
    }
    if (json) printJson({ events });
  });
}

function openingOf({ invite: given, message }: OpeningOptions): Pick<NewSession, "invite" | "initial_message"> {
  const handles = handlesOf(given);
  return {
    ...(handles === undefined ? {} : { invite: handles }),
    ...(message === undefined ? {} : { initial_message: { content: message } }),
  };
}

/** The operator does not tell which agent it is, nor why. */
function unreachable({ code = "not_found", message }: NotFoundError): Failure {
  return new Failure(code, `nothing was started: ${message}`, {
    status: 404,
    advice:
      "All who are invited have to exist, and both sides have to permit it: see `agentwire permission show` of each.",
  });
}

function wordsOf({ id, state, topic, participants, created_at, ended_at }: SessionView): string {
  const people = participants.map(({ handle, status }) => `  ${handle}: ${status}`);
  return [
    `${id} is ${state}${topic === undefined ? "" : `, topic: ${topic}`}`,
    `created ${dateTime(created_at)}${ended_at === undefined ? "" : `, ended ${dateTime(ended_at)}`}`,
    ...people,
  ].join("\n");
}
