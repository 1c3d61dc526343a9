/** What the operator keeps: on a real file, over restarts, and when the disk is in the way. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SessionClient } from "@agentwire/client/session";
import { bearer } from "@agentwire/kit/client";
import { inMemory } from "@agentwire/kit/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { SessionService } from "../../../services/src/session/service.js";
import { openSqlite } from "../../../services/src/storage/sqlite/storage.js";
import { type Change, type Storage, StorageError } from "../../../services/src/storage/storage.js";
import { eventually, refused } from "../support.js";
import { ALICE, BOB, CAROL, history, listen } from "./network.js";

const ADMIN = "administrator";

/** A network on a file that can be shut down and started again, under the clients of its agents. */
function network(options: { graceMs?: number; wrap?: (storage: Storage) => Storage } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "agentwire-sessions-"));
  const path = join(folder, "session.db");
  let running: { service: SessionService; storage: Storage } | undefined;
  const { wrap = (storage: Storage) => storage, ...rest } = options;
  const start = async () => {
    const storage = wrap(await openSqlite(path));
    running = { service: new SessionService({ ...rest, adminToken: ADMIN, storage }), storage };
    await running.service.ready();
  };
  const stop = async () => {
    await running?.service.close({ timeoutMs: 200 });
    await running?.storage.close();
    running = undefined;
  };
  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const tokens = new Map<string, string>();
  const server = () => {
    if (!running) throw new Error("the network is not running");
    return { transport: inMemory(running.service) };
  };
  const admin = () => new SessionClient({ ...server(), auth: { AdminToken: bearer(ADMIN) } });
  return {
    path,
    start,
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    admin,
    register: async (...handles: string[]) => {
      for (const handle of handles) {
        const { token } = await admin().createAgent({ body: { handle, policy: "open" } });
        tokens.set(handle, String(token));
      }
    },
    as: (handle: string) =>
      new SessionClient({ ...server(), auth: { AgentToken: bearer(String(tokens.get(handle))) } }),
  };
}

describe("a restart", () => {
  it("keeps agents, whom they permit, their tokens, and sessions with all that was said", async () => {
    const net = network();
    await net.start();
    await net.register(ALICE, BOB, CAROL);
    await net.admin().updateAgent({ path: { handle: CAROL }, body: { policy: "allowlist" } });
    await net.admin().addAllowlistEntries({ path: { handle: CAROL }, body: { entries: ["@other.*"] } });
    await net.admin().addAgentBlock({ path: { handle: BOB }, body: { handle: "@some.body" } });
    const created = await net.as(ALICE).createSession({
      body: { invite: [BOB], topic: "plans", initial_message: { content: "hello" } },
    });
    const path = { session_id: created.session_id };
    await net.as(BOB).joinSession({ path });
    await net.as(BOB).sendMessage({ path, body: { content: "hi", metadata: { mood: "good" } } });
    const before = {
      agents: await net.admin().listAgents(),
      blocks: await net.admin().listAgentBlocks({ path: { handle: BOB } }),
      view: await net.as(ALICE).getSession({ path }),
      list: await net.as(BOB).listSessions(),
      events: await net.as(BOB).listSessionEvents({ path }),
    };
    await net.restart();
    expect({
      agents: await net.admin().listAgents(),
      blocks: await net.admin().listAgentBlocks({ path: { handle: BOB } }),
      view: await net.as(ALICE).getSession({ path }),
      list: await net.as(BOB).listSessions(),
      events: await net.as(BOB).listSessionEvents({ path }),
    }).toEqual(before);
    await refused(net.as(ALICE).createSession({ body: { invite: [CAROL] } }), 404);
    const { sequence } = await net.as(ALICE).sendMessage({ path, body: { content: "and on" } });
    expect(sequence).toBe(before.events.events.length + 1);
  });

  it("keeps the answers to idempotency keys, each for its sender", async () => {
    const net = network();
    await net.start();
    await net.register(ALICE, BOB);
    const create = () => net.as(ALICE).createSession({ body: { invite: [BOB], idempotency_key: "c" } });
    const created = await create();
    const path = { session_id: created.session_id };
    await net.as(BOB).joinSession({ path });
    const body = { content: "once", idempotency_key: "k" };
    const sent = await net.as(ALICE).sendMessage({ path, body });
    await net.restart();
    expect(await create()).toEqual(created);
    expect(await net.as(ALICE).sendMessage({ path, body })).toEqual(sent);
    expect((await net.as(BOB).sendMessage({ path, body })).message_id).not.toBe(sent.message_id);
    expect(await history(net.as(ALICE), created.session_id)).toEqual([
      "1 invited",
      "2 joined",
      "3 message",
      "4 message",
    ]);
  });

  it("sends each what it has not got, and nothing again", async () => {
    const net = network();
    await net.start();
    await net.register(ALICE, BOB);
    const path = { session_id: (await net.as(ALICE).createSession({ body: { invite: [BOB] } })).session_id };
    await net.as(BOB).joinSession({ path });
    const bob = await listen(net.as(BOB));
    await net.as(ALICE).sendMessage({ path, body: { content: "1" } });
    await bob.types(3);
    await net.stop();
    bob.close();
    await net.start();
    await net.as(ALICE).sendMessage({ path, body: { content: "2" } });
    const again = await listen(net.as(BOB));
    await again.types(1);
    expect(again.list()).toEqual(["4 message"]);
  });

  it("gives who was connected the whole grace period, and puts out who does not come back", async () => {
    const net = network({ graceMs: 400 });
    await net.start();
    await net.register(ALICE, BOB, CAROL);
    const path = { session_id: (await net.as(ALICE).createSession({ body: { invite: [BOB, CAROL] } })).session_id };
    await net.as(BOB).joinSession({ path });
    await net.as(CAROL).joinSession({ path });
    const ears = [await listen(net.as(BOB)), await listen(net.as(CAROL))];
    await ears[0]?.types(4);
    await net.stop();
    for (const ear of ears) ear.close();
    await net.start();
    await listen(net.as(CAROL));
    await eventually(
      () => history(net.as(ALICE), path.session_id),
      (events) => events.length > 4,
    );
    const { events } = await net.as(ALICE).listSessionEvents({ path });
    expect(events.slice(4)).toMatchObject([{ type: "session.left", payload: { agent: BOB, reason: "grace_expired" } }]);
  });

  it("goes on with an absence that sessions know of", async () => {
    const net = network({ graceMs: 60_000 });
    await net.start();
    await net.register(ALICE, BOB);
    const path = { session_id: (await net.as(ALICE).createSession({ body: { invite: [BOB] } })).session_id };
    await net.as(BOB).joinSession({ path });
    const ear = await listen(net.as(BOB));
    await ear.types(2);
    ear.close();
    await eventually(
      () => history(net.as(ALICE), path.session_id),
      (events) => events.at(-1) === "3 disconnected",
    );
    await net.restart();
    await listen(net.as(BOB));
    await eventually(
      () => history(net.as(ALICE), path.session_id),
      (events) => events.at(-1) === "4 reconnected",
    );
  });

  it("forgets what was removed and reset", async () => {
    const net = network();
    await net.start();
    await net.register(ALICE, BOB);
    const path = { session_id: (await net.as(ALICE).createSession({ body: { invite: [BOB] } })).session_id };
    await net.as(BOB).joinSession({ path });
    await net.admin().deleteAgent({ path: { handle: BOB } });
    await net.restart();
    await refused(Promise.resolve(net.as(BOB).listSessions()), 401);
    await net.register(BOB);
    await refused(Promise.resolve(net.as(BOB).getSession({ path })), 404);
    await net.admin().resetNetwork();
    await net.restart();
    expect(await net.admin().listAgents()).toEqual({ agents: [] });
    await refused(Promise.resolve(net.as(ALICE).listSessions()), 401);
  });
});

describe("a disk that refuses", () => {
  it("has nothing acknowledged, nothing heard and nothing half done; and goes on when it can", async () => {
    let isFull = false;
    const wrap = (storage: Storage): Storage => ({
      ...bound(storage),
      commit: (change: Change) =>
        isFull ? Promise.reject(new StorageError("full", "no space is left")) : storage.commit(change),
    });
    const net = network({ wrap });
    await net.start();
    await net.register(ALICE, BOB);
    const path = { session_id: (await net.as(ALICE).createSession({ body: { invite: [BOB] } })).session_id };
    await net.as(BOB).joinSession({ path });
    const bob = await listen(net.as(BOB));
    await bob.types(2);
    isFull = true;
    const once = { retries: 0 };
    await refused(net.as(ALICE).sendMessage({ path, body: { content: "lost" } }, once), 503);
    await refused(net.as(ALICE).endSession({ path }, once), 503);
    await refused(net.as(ALICE).createSession({ body: { invite: [BOB] } }, once), 503);
    await refused(net.admin().createAgent({ body: { handle: CAROL } }, once), 503);
    await refused(net.admin().updateAgent({ path: { handle: BOB }, body: { policy: "allowlist" } }, once), 503);
    await refused(net.admin().deleteAgent({ path: { handle: BOB } }, once), 503);
    isFull = false;
    const { sequence } = await eventually(
      () =>
        net
          .as(ALICE)
          .sendMessage({ path, body: { content: "kept" } }, once)
          .catch(() => ({ sequence: 0 })),
      ({ sequence }) => sequence > 0,
    );
    expect(sequence).toBe(3);
    await bob.types(3);
    expect(bob.list()).toEqual(["1 invited", "2 joined", "3 message"]);
    expect(await net.as(ALICE).listSessions()).toMatchObject({ sessions: [{ state: "active" }] });
    expect((await net.admin().listAgents()).agents).toMatchObject([
      { handle: ALICE, policy: "open" },
      { handle: BOB, policy: "open" },
    ]);
  });
});

function bound(storage: Storage): Storage {
  return {
    location: storage.location,
    commit: (change) => storage.commit(change),
    get: <Body>(collection: string, id: string) => storage.get<Body>(collection, id),
    list: <Body>(...query: Parameters<Storage["list"]>) => storage.list<Body>(...query),
    events: <Event>(...query: Parameters<Storage["events"]>) => storage.events<Event>(...query),
    count: (collection, labels) => storage.count(collection, labels),
    length: (stream) => storage.length(stream),
    close: () => storage.close(),
  };
}
