import { type IncomingMessage, ServerResponse } from "node:http";
import { type Departing, Departures } from "./departures.js";

const departures = new Departures();

/** A response that leaves in one write, where node would take two: one for what there is, one for the end of it. */
export class DirectResponse<Request extends IncomingMessage> extends ServerResponse<Request> implements Departing {
  // Node's, and known to many, but not among what it documents. Where they are something else, a response leaves as any.
  declare private _header: unknown;
  declare private _headerSent: unknown;
  declare private _hasBody: unknown;

  /** Answers, with a body of ASCII and headers that say how long it is. */
  answer(status: number, headers: Record<string, string>, body: string): void {
    this.writeHead(status, headers);
    const isHeld = typeof this._header === "string" && this._headerSent === false;
    if (isHeld && this._hasBody === true && !this.chunkedEncoding) {
      this._header += body;
      departures.add(this);
    } else this.end(body, "latin1");
  }

  depart(): void {
    if (!this.destroyed) this.end();
  }
}
