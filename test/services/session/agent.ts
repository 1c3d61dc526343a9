import type { Answer } from "../raw.js";
import { courseOf, Listener } from "./listener.js";

/** Whoever has a token: asks in plain HTTP, with no client of ours in between. */
export class Caller {
  constructor(
    /** The operator may have another address after a restart. */
    protected readonly base: () => string,
    readonly token: string,
  ) {}

  get(path: string): Promise<Answer> {
    return this.#ask("GET", path);
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.#ask("POST", path, body);
  }

  patch(path: string, body: unknown): Promise<Answer> {
    return this.#ask("PATCH", path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.#ask("DELETE", path);
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(this.base() + path, init);
    const text = await response.text();
    const json: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, headers: Object.fromEntries(response.headers), text, json };
  }
}

/** An agent, with what it can do. */
export class Agent extends Caller {
  constructor(
    base: () => string,
    token: string,
    readonly handle: string,
  ) {
    super(base, token);
  }

  create(body: object = {}): Promise<Answer> {
    return this.post("/sessions", body);
  }

  join(id: string): Promise<Answer> {
    return this.post(`/sessions/${id}/join`);
  }

  invite(id: string, ...invite: string[]): Promise<Answer> {
    return this.post(`/sessions/${id}/invite`, { invite });
  }

  send(id: string, content: unknown, more: object = {}): Promise<Answer> {
    return this.post(`/sessions/${id}/messages`, { content, ...more });
  }

  leave(id: string): Promise<Answer> {
    return this.post(`/sessions/${id}/leave`);
  }

  end(id: string): Promise<Answer> {
    return this.post(`/sessions/${id}/end`);
  }

  reopen(id: string, body?: object): Promise<Answer> {
    return this.post(`/sessions/${id}/reopen`, body);
  }

  view(id: string): Promise<Answer> {
    return this.get(`/sessions/${id}`);
  }

  events(id: string, query = ""): Promise<Answer> {
    return this.get(`/sessions/${id}/events${query}`);
  }

  /** What it may read of a session, in few words. */
  async course(id: string): Promise<string[]> {
    return courseOf((await this.events(id)).json.events);
  }

  /** Its standing in a session, as it sees it itself. */
  async standing(id: string): Promise<string> {
    const participants: { handle: string; status: string }[] = (await this.view(id)).json.participants;
    return String(participants.find(({ handle }) => handle === this.handle)?.status);
  }

  /** Opens a socket. */
  listen(query = ""): Promise<Listener> {
    return Listener.open(this.base(), this.token, query);
  }
}
