/** Listening by the command line: to an agent's sessions and to all, across lost connections, until enough is heard. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { Machine, PATIENCE } from "./machine.js";

// Every command is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const machine = new Machine();
let url: string;
let alice: string;
let bob: string;

beforeAll(async () => {
  ({ url } = await machine.up());
  [alice = "", bob = ""] = await machine.agents("alice", "bob");
});
afterAll(() => {
  machine.dispose();
  cleanUp();
});

const create = (...args: string[]) => machine.ok(["session", "create", ...args], { cwd: alice });
const send = (id: string, text: string) => machine.ok(["session", "send", id, text], { cwd: alice });

/** A way to an operator that can be cut. */
async function wayTo(port: number): Promise<{ readonly url: string; cut(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy()).on("close", () => sockets.delete(socket));
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}

describe("listen", () => {
  it("prints a JSON line an event where no terminal is, and status on standard error; Ctrl-C ends it with 0", async () => {
    const listening = machine.start(["listen"], { cwd: bob });
    await listening.says('Listening as @bob.test on the network "default". Ctrl-C ends it.');
    const id = await create("--invite", "@bob.test", "--topic", "x");
    await expect.poll(() => listening.events(), PATIENCE).toHaveLength(1);
    expect(listening.events()[0]).toMatchObject({
      type: "session.invited",
      session_id: id,
      event_id: expect.stringMatching(/^evt_/),
      sequence: 1,
      payload: { by: "@alice.test", invitee: "@bob.test", topic: "x" },
    });
    listening.process.kill("SIGINT");
    expect(await listening.ended).toBe(0);
  });

  it("brings what was missed, once, after the connection was lost", async () => {
    const way = await wayTo(Number(new URL(url).port));
    const token = machine.read("networks", "default", "credentials", "bob.test.token").trim();
    const id = await create("--invite", "@bob.test");
    await machine.ok(["session", "join", id], { cwd: bob });
    const listening = machine.start(["listen", "--url", way.url, "--token", token, "--json", "--session", id]);
    await listening.says('"status":"connected"');
    await send(id, "one");
    await listening.says('"content":"one"');
    way.cut();
    await listening.says('"status":"disconnected"');
    await send(id, "two");
    await listening.says('"status":"reconnected"');
    await listening.says('"content":"two"');
    const told = listening.text.stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { status: string });
    expect(told.map(({ status }) => status)).toEqual(["connected", "disconnected", "reconnected"]);
    const heard = listening.events().map(({ sequence }) => sequence);
    expect(heard).toEqual(heard.map((_, index) => index + 1));
    listening.process.kill("SIGTERM");
    expect(await listening.ended).toBe(0);
  });

  it("ends by itself after a number of events, or an event of a type", async () => {
    const id = await create("--message", "first");
    const three = machine.start(["listen", "--session", id, "--count", "3", "--json"], { cwd: alice });
    const until = machine.start(["listen", "--session", id, "--until", "session.ended"], { cwd: alice });
    const text = machine.start(["listen", "--text", "--until", "session.ended"], { cwd: alice });
    await three.says("connected");
    for (const listening of [until, text]) await listening.says("Listening as");
    for (const text of ["second", "third", "fourth"]) await send(id, text);
    await machine.ok(["session", "end", id], { cwd: alice });
    expect(await three.ended).toBe(0);
    expect(await until.ended).toBe(0);
    expect(three.events()).toHaveLength(3);
    expect(until.events().at(-1)).toMatchObject({ type: "session.ended", session_id: id });
    for (const { session_id } of until.events()) expect(session_id).toBe(id);
    expect(await text.ended).toBe(0);
    expect(text.text.stdout).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${id} #\\d+ @alice.test: third$`, "m"));
  });

  it("fails when what it waits for does not come in time", async () => {
    const { code, stdout, stderr } = await machine.call(
      ["listen", "--session", "sess_NONE", "--count", "1", "--timeout", "2", "--json"],
      { cwd: alice },
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(JSON.parse(String(stderr.trimEnd().split("\n").at(-1)))).toMatchObject({ error: "timeout" });
  });

  it("is refused with a wrong token, and ends when the token is no longer good", async () => {
    const wrong = await machine.failure(["listen", "--token", "wrong"], { cwd: bob });
    expect(wrong).toMatchObject({ code: 1, status: 401 });
    const [folder = ""] = await machine.agents("leaving");
    const listening = machine.start(["listen"], { cwd: folder });
    await listening.says("Listening as");
    await machine.ok(["agent", "rm", "@leaving.test"]);
    expect(await listening.ended).toBe(1);
    expect(listening.text.stderr).toContain("the token is no longer good");
  });

  it.each([
    [["--count", "0"], /--count/],
    [["--timeout", "soon"], /--timeout takes a whole number/],
    [["--text"], /choose one/],
  ])("%j is refused with exit code 2", async (args, message) => {
    const { code, detail } = await machine.failure(["listen", ...args], { cwd: alice });
    expect(code).toBe(2);
    expect(detail).toMatch(message);
  });

  it("a reader that has enough ends it", async () => {
    const listening = machine.start(["listen"], { cwd: alice });
    await listening.says("Listening as");
    listening.process.stdout?.destroy();
    const id = await create();
    // Until a line has nowhere to go.
    let ended = false;
    void listening.ended.then(() => (ended = true));
    await expect
      .poll(async () => {
        if (!ended) await send(id, "x");
        return ended;
      }, PATIENCE)
      .toBe(true);
    expect(listening.text.stderr).not.toContain("error");
  });
});

it("an agent that stays away for longer than the grace of its network is out of its sessions", async () => {
  await machine.up("-n", "strict", "--grace", "1");
  const strict = ["-n", "strict"];
  await machine.ok(["network", "seed", "--count", "2", ...strict]);
  const acts = (number: number) => ["--as", `@test-${number}.bot`, ...strict];
  const id = await machine.ok(["session", "create", "--invite", "@test-2.bot", ...acts(1)]);
  await machine.ok(["session", "join", id, ...acts(2)]);
  const other = machine.start(["listen", "--text", "--until", "session.left", ...acts(1)]);
  await other.says("Listening as");
  const away = machine.start(["listen", ...acts(2)]);
  await away.says("Listening as");
  away.process.kill("SIGKILL");
  expect(await other.ended).toBe(0);
  expect(other.text.stdout).toMatch(
    /@test-2.bot has lost its connection\n.*@test-2.bot was away for too long and is out\n$/,
  );
});

describe("tap", () => {
  it("prints everything that happens in the network, and goes on when the operator was started again", async () => {
    const tapping = machine.start(["tap"]);
    await tapping.says('Listening to everything on the network "default"');
    const id = await create("--invite", "@bob.test", "--message", "for bob alone");
    await tapping.says("for bob alone");
    await machine.crash();
    await tapping.says("Connected again.");
    await send(id, "after the crash");
    await tapping.says("after the crash");
    tapping.process.kill("SIGINT");
    expect(await tapping.ended).toBe(0);
    const wrong = await machine.failure(["tap", "--token", "wrong"]);
    expect(wrong).toMatchObject({ code: 1, status: 401 });
  });
});

it("all of it works against the stack of agentwire up", async () => {
  const up = machine.start(["up", "session", "--port-base", "0"]);
  await up.says("Ctrl-C ends it");
  const stack = String(/session\s+(http:\S+)/.exec(up.text.stdout)?.[1]);
  const token = String(/admin token\s+(\S+)/.exec(up.text.stdout)?.[1]);
  const { token: own } = await machine.json<{ token: string }>([
    ...["agent", "register", "@up.agent", "--policy", "open"],
    ...["--url", stack, "--token", token],
  ]);
  const there = ["--url", stack, "--token", own];
  const id = await machine.ok(["session", "create", "--message", "hello", ...there]);
  const heard = machine.start(["listen", "--count", "1", "--session", id, ...there]);
  expect(await heard.ended).toBe(0);
  expect(heard.events()).toMatchObject([
    { type: "session.message", payload: { sender: "@up.agent", content: "hello" } },
  ]);
  up.process.kill("SIGINT");
  expect(await up.ended).toBe(0);
});
