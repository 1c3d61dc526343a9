import {
  type CreateUserRequest,
  DirectionsClient,
  DirectionsServer,
  type GroupInput,
  type TreeInput,
  type User,
  type UserOutput,
} from "./expected/index.js";

const client = () => new DirectionsClient();
export const sent: CreateUserRequest = { body: { name: "Ann", password: "secret" } };
export const whole: User = { id: "u1", name: "Ann", password: "secret" };
export const alsoSent: CreateUserRequest = { body: whole };
export const group: GroupInput = { members: [{ name: "Ann", password: "secret" }] };
export const tree: TreeInput = { children: [{ children: [] }] };
export const id = async (): Promise<string> => (await client().createUser(sent)).id;
export const password = async (): Promise<string | undefined> => (await client().createUser(sent)).password;
export async function level(): Promise<number | undefined> {
  const [event] = await client().plant({ body: tree });
  return event?.type === "joined" ? event.who.level : event?.type === "grown" ? event.tree.id : undefined;
}

export abstract class Users extends DirectionsServer {
  override createUser({ body }: CreateUserRequest): UserOutput {
    return { id: "u1", name: body.name };
  }
}

// @ts-expect-error What only the client sets has to be sent.
export const open: CreateUserRequest = { body: { name: "Ann" } };
// @ts-expect-error What only the server sets comes back.
export const nameless: UserOutput = { name: "Ann" };
// @ts-expect-error It may be missing on the way in.
export const sentId = ({ body }: CreateUserRequest): string => body.id;
