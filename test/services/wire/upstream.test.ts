/** The services under the protocol's own checker and Python client, both of version 0.2.6. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startStack } from "../../../services/src/stack.js";
import { root, run } from "../../generator/tool.js";
import { AUDIENCE, Issuer } from "../auth/issuer.js";

const packages = join(root, ".interop/python");
const SERVICES = ["runtime", "tool-registry", "daemon"] as const;
const ports = { runtime: 0, "tool-registry": 0, daemon: 0 };

async function interop(urls: Readonly<Partial<Record<string, string>>>, ...more: string[]) {
  const addresses = SERVICES.flatMap((name) => [`--${name}-url`, String(urls[name])]);
  const script = join(root, "scripts/interop.mjs");
  const { code, stdout, stderr } = await run(process.execPath, [script, "--json", ...addresses, ...more], root);
  const { checker, client } = JSON.parse(stdout);
  const counts = Object.fromEntries(
    checker.map((report: { service: string; counts: object }) => [report.service, report.counts]),
  );
  return { code, stderr, counts, client };
}

/** The runs that it skips are unknown ones, for which 404 is right and counts as "not implemented". */
const EXPECTED = {
  runtime: { PASS: 10, FAIL: 0, WARN: 0, SKIP: 2 },
  "tool-registry": { PASS: 10, FAIL: 0, WARN: 0, SKIP: 0 },
  daemon: { PASS: 20, FAIL: 0, WARN: 0, SKIP: 1 },
};

const isHere = existsSync(packages);

describe.skipIf(!isHere)(
  "the protocol's own checker and client (they come with: npm run interop -- --fetch)",
  { timeout: 120_000 },
  () => {
    it("find nothing wrong", async () => {
      const stack = await startStack({ services: SERVICES, ports, auth: { mode: "disabled" } }, { logger: false });
      onTestFinished(() => stack.close());
      const { code, stderr, counts, client } = await interop(stack.urls);
      expect(client).not.toHaveProperty("error");
      expect({ code, stderr, counts }).toEqual({ code: 0, stderr: "", counts: EXPECTED });
      expect(client.steps.length).toBeGreaterThan(25);
    });

    it("find nothing wrong where tokens are asked for", async () => {
      const issuer = await Issuer.start();
      onTestFinished(() => issuer.down());
      const auth = { mode: "required", issuer: issuer.url, audience: AUDIENCE } as const;
      const stack = await startStack({ services: SERVICES, ports, auth }, { logger: false });
      onTestFinished(() => stack.close());
      const { counts } = await interop(stack.urls, "--token", await issuer.token());
      expect(counts).toEqual(EXPECTED);
      const refused = await interop(stack.urls, "--token", "none");
      expect(refused.code).toBe(1);
      expect(refused.counts.runtime.FAIL).toBeGreaterThan(0);
      expect(refused.client.error).toMatch(/^runtime.create_run: ArpApiError: \[401\] unauthorized/);
    });

    it("trap 3: the checker does not run as published, as it cannot resolve its own references", async () => {
      const stack = await startStack({ services: ["runtime"], ports, auth: { mode: "disabled" } }, { logger: false });
      onTestFinished(() => stack.close());
      const args = ["check", "runtime", "--url", String(stack.urls.runtime)];
      const check = (...more: string[]) =>
        run(
          "env",
          [`PYTHONPATH=${packages}`, "python3", join(root, "scripts/interop/check.py"), ...args, ...more],
          root,
        );
      expect((await check("--as-published")).stdout).toContain("FAIL runner.exception");
      expect((await check()).stdout).toContain("PASS smoke.health");
    });
  },
);
