import type { NativeStreamsClient, Tick, TicksResponseItem } from "./expected/index.js";

export const item: TicksResponseItem = { event: "tick", data: '{"at":1}' };

export async function all(client: NativeStreamsClient): Promise<Tick[]> {
  const ticks: Tick[] = [];
  for await (const event of client.ticks()) ticks.push(JSON.parse(event.data));
  for await (const tick of client.records()) ticks.push(tick);
  for await (const tick of client.searchRecords({ body: { above: 3 } })) ticks.push(tick);
  // @ts-expect-error The body is required.
  client.searchRecords();
  return ticks;
}
