/** The generated server base: events from an async generator, each judged by the contract's schema. */
import { eventOf } from "../event.mjs";

export async function start(options) {
  const { FeedServer } = await import("../out/server.js");
  class Feed extends FeedServer {
    async *feed() {
      for (let seq = 0; ; seq += 1) yield eventOf(seq);
    }
    async socket(_request, channel) {
      for (let seq = 0; ; seq += 1) await channel.send(eventOf(seq));
    }
  }
  const { port } = await new Feed(options).listen();
  return port;
}
