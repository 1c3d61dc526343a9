/** Agents that are there from the start, as a configuration names them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SessionClient } from "@agentwire/client/session";
import { bearer } from "@agentwire/kit/client";
import { expect, it, onTestFinished } from "vitest";
import { startStack } from "../../../services/src/stack.js";
import { refused } from "../support.js";

function folderWith(seed: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "agentwire-seed-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "agents.json"), typeof seed === "string" ? seed : JSON.stringify(seed));
  return folder;
}

function start(folder: string, environment: Record<string, string> = {}) {
  const config = {
    data: "data",
    services: ["session" as const],
    ports: { session: 0 },
    session: { network: "seeded", seed: "agents.json", admin_token_env: "NETWORK_ADMIN" },
  };
  return startStack(config, { folder, environment: { NETWORK_ADMIN: "admin-token", ...environment } });
}

it("registers them with their tokens, whom they permit, and the administrator's token of the environment", async () => {
  const folder = folderWith({
    "@alice.test": "tok_alice",
    "@closed.test": { token: "tok_closed", inbound_policy: "allowlist", allowlist: ["@friend.*"] },
  });
  // The second start finds them there, and changes nothing but what the file says.
  for (let round = 0; round < 2; round += 1) {
    const stack = await start(folder);
    try {
      const baseUrl = String(stack.urls.session);
      const admin = new SessionClient({ baseUrl, auth: { AdminToken: bearer("admin-token") } });
      expect(await admin.listAgents()).toEqual({
        agents: [
          { handle: "@alice.test", policy: "open", allowlist: [] },
          { handle: "@closed.test", policy: "allowlist", allowlist: ["@friend.*"] },
        ],
      });
      expect(await admin.health()).toMatchObject({ network: "seeded" });
      const alice = new SessionClient({ baseUrl, auth: { AgentToken: bearer("tok_alice") } });
      await alice.createSession({ body: {} });
      await refused(alice.createSession({ body: { invite: ["@closed.test"] } }), 404);
      expect((await alice.listSessions()).sessions).toHaveLength(round + 1);
    } finally {
      await stack.close();
    }
  }
});

it.each([
  ["{", /cannot be read/],
  [[], /an object, by handle/],
  [{ alice: "t" }, /"alice": a handle is like @owner\.name/],
  [{ "@a.b": "two words" }, /"@a\.b": the token must be a bearer token/],
  [{ "@a.b": { token: "t", inbound_policy: "closed" } }, /inbound_policy must be/],
  [{ "@a.b": { token: "t", allowlist: ["*"] } }, /allowlist must hold handles/],
])("says what is wrong with %j", async (seed, message) => {
  await expect(start(folderWith(seed))).rejects.toThrow(message);
});

it("says which variable is missing", async () => {
  await expect(start(folderWith({}), { NETWORK_ADMIN: "" })).rejects.toThrow(/NETWORK_ADMIN is not set/);
});
