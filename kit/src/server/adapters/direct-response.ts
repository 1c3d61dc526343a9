import { type IncomingMessage, ServerResponse } from "node:http";

/** A response that leaves in one write, where node would take two: one for what there is, one for the end of it. */
export class DirectResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
  // Node's, and known to many, but not among what it documents: the head as text until it is sent, and whether a body may
  // follow. Where they are something else, the response leaves as any other.
  declare private _header: unknown;
  declare private _hasBody: unknown;

  /** Answers at once, with a body of ASCII and headers that say how long it is. */
  answer(status: number, headers: Record<string, string>, body: string): void {
    this.writeHead(status, headers);
    if (typeof this._header === "string" && this._hasBody === true) {
      this._header += body;
      this.end();
    } else this.end(body, "latin1");
  }
}
