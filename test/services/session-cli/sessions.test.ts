/** Conversations by the command line: what is printed, what is sent, what is refused. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { Machine } from "./machine.js";

// Every command is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const machine = new Machine();
/** Folders from which alice and bob act, who are open to everybody. */
let alice: string;
let bob: string;

beforeAll(async () => {
  await machine.up();
  [alice = "", bob = ""] = await machine.agents("alice", "bob");
});
afterAll(() => {
  machine.dispose();
  cleanUp();
});

async function session(...args: string[]): Promise<string> {
  return await machine.ok(["session", "create", ...args], { cwd: alice });
}

describe("session", () => {
  it("goes through its life, as JSON", async () => {
    const created = await machine.json(["session", "create", "--invite", "@bob.test", "--message", "hi"], {
      cwd: alice,
    });
    expect(created).toEqual({ session_id: expect.stringMatching(/^sess_/), sequence: 2 });
    const id = String(created["session_id"]);
    expect(await machine.json(["session", "join", id], { cwd: bob })).toEqual({ ok: true });
    const sent = await machine.json(["session", "send", id, "hello", "--metadata", '{"a":1}'], { cwd: bob });
    expect(sent).toEqual({ message_id: expect.stringMatching(/^msg_/), sequence: 4 });
    const invited = await machine.json(["session", "invite", id, "@bob.test", "@acme.one", "@no.body"], { cwd: alice });
    expect(invited).toEqual({ invited: [], omitted: ["@bob.test", "@acme.one", "@no.body"] });
    expect(await machine.json(["session", "leave", id], { cwd: bob })).toEqual({ ok: true });
    expect(await machine.json(["session", "invite", id, "@bob.test"], { cwd: alice })).toEqual({
      invited: ["@bob.test"],
      omitted: [],
    });
    expect(await machine.json(["session", "end", id], { cwd: alice })).toEqual({ ok: true });
    expect(await machine.json(["session", "reopen", id, "--message", "again"], { cwd: alice })).toEqual({ ok: true });
    expect(await machine.json(["session", "show", id], { cwd: alice })).toMatchObject({
      id,
      state: "active",
      participants: expect.arrayContaining([expect.objectContaining({ handle: "@bob.test", status: "invited" })]),
    });
    const { sessions } = await machine.json<{ sessions: { id: string }[] }>(["session", "list"], { cwd: alice });
    expect(sessions.map((one) => one.id)).toContain(id);
  });

  it("events come all at once or a page at a time", async () => {
    const id = await session("--message", "1");
    for (const text of ["2", "3"]) await machine.ok(["session", "send", id, text], { cwd: alice });
    const sequences = async (...args: string[]) => {
      const page = await machine.json<{ events: { sequence: number }[]; next_cursor?: string }>(
        ["session", "events", id, ...args],
        { cwd: alice },
      );
      return [page.events.map(({ sequence }) => sequence), page.next_cursor];
    };
    expect(await sequences()).toEqual([[1, 2, 3], undefined]);
    expect(await sequences("--limit", "2")).toEqual([[1, 2], "2"]);
    expect(await sequences("--after", "2", "--limit", "2")).toEqual([[3], undefined]);
    expect(await machine.ok(["session", "events", id, "--limit", "1"], { cwd: alice })).toMatch(
      /#1 @alice.test: 1\nthere may be more: --after 1$/,
    );
  });

  it("the same key sends once", async () => {
    const id = await session();
    const send = () => machine.json(["session", "send", id, "x", "--idempotency-key", "k"], { cwd: alice });
    expect(await send()).toEqual(await send());
    const create = () => machine.json(["session", "create", "--idempotency-key", "k"], { cwd: alice });
    expect(await create()).toEqual(await create());
  });

  it("a message has parts: text, files, pictures, data; or is given whole, or on standard input", async () => {
    const id = await session();
    writeFileSync(join(alice, "notes.txt"), "notes");
    writeFileSync(join(alice, "dot.png"), Buffer.from([0x89, 0x50]));
    const send = (args: string[], input = "") => machine.ok(["session", "send", id, ...args], { cwd: alice, input });
    await send([
      ...["see", "--file", "notes.txt", "--file", "https://example.com/a.pdf"],
      ...["--image", "dot.png", "--data", '{"n":1}'],
    ]);
    await send(["--stdin"], "line one\nline two\n");
    await send(["--content", '[{"type":"text","text":"whole"}]']);
    const { events } = await machine.json<{ events: { payload: { content: unknown } }[] }>(["session", "events", id], {
      cwd: alice,
    });
    expect(events.map(({ payload }) => payload.content)).toEqual([
      [
        { type: "text", text: "see" },
        { type: "file", url: pathToFileURL(join(alice, "notes.txt")).href, name: "notes.txt", size: 5 },
        { type: "file", url: "https://example.com/a.pdf" },
        { type: "image", data_uri: "data:image/png;base64,iVA=", mime_type: "image/png", name: "dot.png" },
        { type: "data", data: { n: 1 } },
      ],
      "line one\nline two",
      [{ type: "text", text: "whole" }],
    ]);
    for (const [args, message] of [
      [[], /nothing to send/],
      [["x", "--stdin"], /given twice/],
      [["x", "--content", '"y"'], /whole message/],
      [["--content", "{"], /--content takes JSON/],
      [["--content", "{}"], /this cannot be asked/],
      [["--file", "missing.txt"], /there is no file .*missing.txt/],
      [["--image", "notes.txt"], /a file of .png/],
      [["--data", "[1]"], /--data takes a JSON object/],
      [[""], /this cannot be asked/],
    ] as const) {
      const { code, detail } = await machine.failure(["session", "send", id, ...args], { cwd: alice });
      expect(code).toBe(2);
      expect(detail).toMatch(message);
    }
  });

  it("what strangers write can neither steer the terminal nor pass for an event", async () => {
    const topic = "\u001b]0;owned\u0007 \u202eevil";
    const id = await session("--invite", "@bob.test", "--topic", topic);
    await machine.ok(["session", "send", id, "first\r\n12:00:00 #99 @bob.test: forged \u009b2J"], { cwd: alice });
    for (const args of [["events", id], ["show", id], ["list"]]) {
      const text = await machine.ok(["session", ...args], { cwd: alice });
      expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
    }
    // JSON keeps its meaning, with other characters.
    for (const args of [
      ["session", "events", id],
      ["listen", "--session", id, "--until", "session.message"],
    ]) {
      const { stdout } = await machine.call([...args, "--json"], { cwd: alice });
      expect(stdout).toContain("first");
      expect(stdout).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
    }
    const { topic: said } = await machine.json(["session", "show", id], { cwd: alice });
    expect(said).toBe(topic);
    const events = await machine.ok(["session", "events", id], { cwd: alice });
    expect(events).toContain("\\u001b]0;owned\\u0007 \\u202eevil");
    expect(events).toContain("first\\u000d\n    12:00:00 #99 @bob.test: forged \\u009b2J");
  });

  it("refusals are said in words", async () => {
    const id = await session("--invite", "@bob.test");
    const { code, stderr } = await machine.call(["session", "send", id, "x"], { cwd: bob });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "error You have not joined this session.\n" });
    const unknown = await machine.failure(["session", "join", "sess_NONE"], { cwd: bob });
    expect(unknown).toEqual({ code: 1, error: "not_found", status: 404, detail: "There is no such session or agent." });
  });
});

it.each([
  [["agent", "register", "acme.scout"], /"acme.scout" is no handle: one looks like @owner.agent/],
  [["agent", "register", "@../../etc/passwd.x"], /is no handle/],
  [["agent", "register", "@acme.x", "--policy", "closed"], /no policy "closed": choose allowlist or open/],
  [["agent", "set-policy", "@acme.one", "none"], /no policy "none"/],
  [["permission", "add", "@acme.one", "*"], /can be on no allowlist/],
  [["session", "create", "--invite", "@bob.test,carol"], /"carol" is no handle/],
  [["session", "create", "--end-after-send"], /needs a --message/],
  [["session", "events", "x", "--limit", "0"], /--limit takes a whole number from 1 to 1000/],
  [["session", "events", "x", "--after", "-1"], /--after/],
  [["session", "list", "--url", "x", "--network", "dev"], /choose one/],
  [["session", "list", "--url", "ftp://x", "--token", "t"], /http or https address/],
  [["session", "list", "--url", "http://127.0.0.1:9"], /needs a token/],
  [["session", "list", "--token", "two words"], /token is none/],
])("%j is refused with exit code 2", async (args, message) => {
  const { code, error, detail } = await machine.failure(args, { cwd: alice });
  expect({ code, error }).toEqual({ code: 2, error: "usage" });
  expect(detail).toMatch(message);
  const { stderr } = await machine.call(args, { cwd: alice });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
});
