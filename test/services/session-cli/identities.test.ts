/** Who acts, and on which network: what is said, what the environment says, what the folder says. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { Machine } from "./machine.js";

// Every command is a process, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const machine = new Machine();
let url: string;
/** A folder from which nobody acts. */
let nowhere: string;

beforeAll(async () => {
  ({ url } = await machine.up());
  await machine.agents("alice", "bob");
  nowhere = machine.place("nowhere");
});
afterAll(() => {
  machine.dispose();
  cleanUp();
});

const credential = (name: string) => machine.read("networks", "default", "credentials", `${name}.token`).trim();

it("--as, then AGENTWIRE_AGENT, then the nearest folder with an identity", async () => {
  const deep = machine.place("alice/projects/deep");
  const who = async (cwd: string, args: string[], env = {}) => {
    const id = await machine.ok(["session", "create", ...args], { cwd, env });
    const { participants } = await machine.json<{ participants: { handle: string }[] }>(
      ["session", "show", id, ...args],
      { cwd, env },
    );
    return participants[0]?.handle;
  };
  expect(await who(deep, [])).toBe("@alice.test");
  expect(await who(deep, [], { AGENTWIRE_AGENT: "@bob.test" })).toBe("@bob.test");
  expect(await who(deep, ["--as", "@alice.test"], { AGENTWIRE_AGENT: "@bob.test" })).toBe("@alice.test");
  const nobody = await machine.failure(["session", "list"], { cwd: nowhere });
  expect(nobody).toMatchObject({ code: 1, error: "no_identity", advice: expect.stringContaining("identity set") });
  const unknown = await machine.failure(["session", "list", "--as", "@no.body"], { cwd: nowhere });
  expect(unknown).toMatchObject({
    code: 1,
    error: "no_credential",
    advice: expect.stringContaining("agent register @no.body"),
  });
  // A token alone says who acts.
  await machine.ok(["session", "list", "--token", credential("bob.test")], { cwd: nowhere });
});

it("identity set, show and clear", async () => {
  const folder = machine.place("identities");
  const filePath = join(folder, ".agentwire", "session.json");
  expect(await machine.json(["identity", "show"], { cwd: folder })).toBeNull();
  const set = await machine.json(["identity", "set", "@acme.one", "-n", "dev"], { cwd: folder });
  expect(set).toEqual({ handle: "@acme.one", network: "dev", filePath });
  expect(JSON.parse(readFileSync(filePath, "utf8"))).toEqual({ version: 1, handle: "@acme.one", network: "dev" });
  expect(await machine.json(["identity", "show"], { cwd: machine.place("identities/below") })).toEqual(set);
  const shown = await machine.ok(["identity", "show"], { cwd: folder, env: { AGENTWIRE_AGENT: "@bob.test" } });
  expect(shown).toContain("AGENTWIRE_AGENT wins: @bob.test");
  expect(await machine.json(["identity", "clear"], { cwd: folder })).toEqual({ cleared: true });
  expect(await machine.json(["identity", "clear"], { cwd: folder })).toEqual({ cleared: false });
  writeFileSync(filePath, '{"version":1,"handle":"alice","network":"default"}');
  const damaged = await machine.failure(["session", "list"], { cwd: folder });
  expect(damaged).toMatchObject({ code: 1, error: "damaged_file" });
  expect(damaged.detail).toBe(`${filePath} is damaged: its "handle" is none`);
});

it("the network is that of -n, then AGENTWIRE_NETWORK, then the folder, but not with --as", async () => {
  const folder = machine.place("elsewhere");
  await machine.ok(["identity", "set", "@bob.test", "-n", "folders"], { cwd: folder });
  const wanted = async (args: string[], env = {}) =>
    /network "([^"]+)"/.exec((await machine.failure(["session", "list", ...args], { cwd: folder, env })).detail)?.[1];
  const env = { AGENTWIRE_NETWORK: "environments" };
  expect(await wanted([])).toBe("folders");
  expect(await wanted([], env)).toBe("environments");
  expect(await wanted(["-n", "flags"], env)).toBe("flags");
  await machine.ok(["session", "list", "--as", "@bob.test"], { cwd: folder });
  await machine.ok(["session", "list", "-n", "default"], { cwd: folder });
  const { error, detail, advice } = await machine.failure(["session", "list"], { cwd: folder });
  expect({ error, detail, advice }).toEqual({
    error: "network_not_running",
    detail: 'no network "folders" is running',
    advice: "Start it with `agentwire network start -n folders`.",
  });
});

it("an operator elsewhere is reached with --url and a token, and no token that is kept here goes there", async () => {
  const token = machine.read("networks", "default", "admin.token").trim();
  const far = { cwd: nowhere, env: { AGENTWIRE_TOKEN: token } };
  const agent = await machine.json(["agent", "register", "@far.away", "--url", url], far);
  expect(existsSync(machine.path("networks", "default", "credentials", "far.away.token"))).toBe(false);
  await machine.ok(["session", "list", "--url", url, "--token", String(agent["token"])], { cwd: nowhere });
  expect(await machine.ok(["agent", "rotate-token", "@far.away", "--url", url], far)).toMatch(/Its token: \S{43}$/);
  const wrong = await machine.failure(["agent", "list", "--url", url, "--token", "wrong"], far);
  expect(wrong).toMatchObject({ code: 1, status: 401, error: "invalid_authorization" });
  const gone = await machine.failure(["agent", "list", "--url", "http://127.0.0.1:9"], far);
  expect(gone).toMatchObject({
    code: 1,
    error: "unreachable",
    detail: "no session service answers at http://127.0.0.1:9",
  });
  // The token of the environment is not for networks here.
  await machine.ok(["agent", "list"], { env: { AGENTWIRE_TOKEN: "wrong" } });
});

it("commands without a network say how to get one", async () => {
  const empty = new Machine();
  for (const args of [["agent", "list"], ["session", "list", "--as", "@a.b"], ["network", "reset", "--yes"], ["tap"]]) {
    const { code, stdout, stderr } = await empty.call(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe('error no network "default" is running\nStart it with `agentwire network start`.\n');
  }
});
