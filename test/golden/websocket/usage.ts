import { type Said, type SocketsClient, SocketsServer } from "./expected/index.js";

export async function talk(client: SocketsClient): Promise<Said[]> {
  const heard: Said[] = [];
  const channel = client.connect({ path: { room: "lobby" } });
  await channel.send({ text: "hello" });
  // @ts-expect-error Not a message of this direction.
  await channel.send({ from: "me", text: "hello" });
  for await (const said of channel) heard.push(said);
  // @ts-expect-error Nothing can be sent here.
  await client.clock().send({ text: "hello" });
  return heard;
}

export class Rooms extends SocketsServer {
  async connect(...[request, channel]: Parameters<SocketsServer["connect"]>) {
    for await (const { text } of channel) await channel.send({ from: request.path.room, text });
  }
  async clock() {}
}
