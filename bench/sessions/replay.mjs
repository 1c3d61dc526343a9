// 100,000 events that an agent has missed, over its socket and page by page over HTTP.
import { once } from "node:events";
import { join } from "node:path";
import { ask, child, inFolder } from "../services/lib.mjs";
import { Network } from "./network.mjs";

const EVENTS = 100_000;

export function replay({ log }) {
  return inFolder(async (folder) => {
    const operator = await child("../sessions/serve-operator.mjs", "full", join(folder, "session.db"));
    const network = new Network(operator.first);
    const port = Number(new URL(operator.first.url).port);
    const [speaker, ...readers] = await network.agents("replay", 4);
    const id = await network.session([speaker, ...readers]);
    const load = await child("../sessions/senders.mjs");
    const senders = Array.from({ length: 64 }, () => ({ token: speaker.token, path: `/sessions/${id}/messages` }));
    for (let sent = 0; sent < EVENTS; ) {
      sent += (await ask(load, { port, senders, milliseconds: 1000 })).answers;
      log(`${sent} of ${EVENTS} sent`);
    }
    const rates = [];
    for (const { token } of readers) {
      const listeners = await child("../sessions/listeners.mjs");
      const start = performance.now();
      listeners.process.send({ port, tokens: [token], expected: EVENTS });
      await once(listeners.process, "message");
      const [{ events }] = await once(listeners.process, "message");
      rates.push((events / (performance.now() - start)) * 1000);
      listeners.process.kill();
    }
    const paged = await pages(network, id, speaker.token);
    for (const { process } of [operator, load]) process.kill();
    const row = (subject, value) => ({
      what: "replay of 100,000 events",
      subject,
      value: Math.round(value),
      unit: "events/s",
      target: ">= 100000",
    });
    return [row("socket", rates.toSorted((a, b) => a - b)[1]), row("HTTP, 1,000 a page", paged)];
  });
}

/** Bodies only: reading the JSON is the client's own time. */
async function pages(network, id, token) {
  const start = performance.now();
  let events = 0;
  for (let after = 0; events < EVENTS; after += 1000) {
    const response = await fetch(`${network.url}/sessions/${id}/events?after_sequence=${after}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await response.arrayBuffer();
    events += 1000;
  }
  return (events / (performance.now() - start)) * 1000;
}
