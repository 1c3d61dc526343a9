import { type Message, type SSEDialectsClient, SSEDialectsServer } from "./expected/index.js";

export async function all(client: SSEDialectsClient): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of client.dataOnly()) messages.push(message);
  for await (const event of client.wholeEvents()) {
    if (event.event === "message") messages.push(JSON.parse(event.data));
    // @ts-expect-error The last event may come without data.
    else if (event.event === "end") JSON.parse(event.data);
  }
  messages.push(...(await client.chat({ body: messages })));
  for await (const message of client.chatStream({ body: messages })) messages.push(message);
  return messages;
}

export abstract class Chat extends SSEDialectsServer {
  override async *dataOnly(): AsyncIterable<Message> {
    yield { text: "hello" };
  }
  // @ts-expect-error The item is a whole event here.
  override async *wholeEvents() {
    yield { text: "hello" };
  }
}
