import { type IncomingMessage, ServerResponse } from "node:http";

/** A response that leaves in one write, where node would take two: one for what there is, one for the end of it. */
export class DirectResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
  /** The head as text, until it has been sent. Node's, and known to many, but not among its documented members. */
  declare private _header: unknown;

  /** Answers at once, with a body of ASCII and headers that say how long it is. */
  answer(status: number, headers: Record<string, string>, body: string): void {
    this.writeHead(status, headers);
    if (typeof this._header === "string") {
      this._header += body;
      this.end();
    } else this.end(body, "latin1");
  }
}
