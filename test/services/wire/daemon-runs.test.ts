/** How the daemon lists runs, keeps up with them and tells their story: one topic of the protocol's behaviour a test. */
import type { RunStatus } from "@agentwire/models/runtime";
import { RuntimeServer } from "@agentwire/server/runtime";
import { describe, expect, it } from "vitest";
import { type Answer, ask, askJson } from "../raw.js";
import { eventually, listen } from "../support.js";
import { expectEnvelope, expectJson } from "./schemas.js";
import { cancel, endless, finished, obedient, reached, startWorld } from "./world.js";

const goal = { input: { goal: "6 * 7" } };

describe("listing runs at the daemon", () => {
  /** A daemon with runs `r0`, `r1`, … in this order. */
  async function listed(count: number): Promise<string> {
    const { daemon } = await startWorld();
    for (let index = 0; index < count; index += 1) await askJson(daemon, "/v1/runs", { run_id: `r${index}`, ...goal });
    return daemon;
  }
  const idsOf = ({ json }: Answer): string[] => json.runs.map(({ run_id }: RunStatus) => run_id);
  const list = async (url: string, query = "") => {
    const page = await ask(url, `/v1/runs${query}`);
    expectJson(page, 200, "daemon/run-list-response");
    return page;
  };

  it("comes in the order of submission, page by page, with tokens that say nothing", async () => {
    const daemon = await listed(5);
    const pages: string[][] = [];
    for (let query = "?page_size=2"; query !== ""; ) {
      const page = await list(daemon, query);
      pages.push(idsOf(page));
      const { next_page_token: token, page_size } = page.json.pagination;
      expect(page_size).toBe(2);
      // What comes in between is on a later page, and nothing is twice.
      if (pages.length === 1) await askJson(daemon, "/v1/runs", { run_id: "late", ...goal });
      if (token !== undefined) expect(token).toMatch(/^[\w-]{20,}$/);
      query = token === undefined ? "" : `?page_size=2&page_token=${token}`;
    }
    expect(pages).toEqual([
      ["r0", "r1"],
      ["r2", "r3"],
      ["r4", "late"],
    ]);
  });

  it("has a default and a greatest page size", async () => {
    const daemon = await listed(1);
    expect((await list(daemon)).json.pagination).toEqual({ page_size: 50 });
    expect((await list(daemon, "?page_size=1000")).json.pagination).toEqual({ page_size: 200 });
  });

  it("without runs: no runs, and no token", async () => {
    expect((await list(await listed(0))).json).toEqual({ runs: [], pagination: { page_size: 50 } });
  });

  it("at the end of the list next_page_token is absent, also when the last page is full", async () => {
    const daemon = await listed(2);
    const page = await list(daemon, "?page_size=2");
    expect(idsOf(page)).toEqual(["r0", "r1"]);
    expect(page.json.pagination).not.toHaveProperty("next_page_token");
  });

  it("a token that was not given out here is 400", async () => {
    const daemon = await listed(2);
    const { next_page_token: good } = (await list(daemon, "?page_size=1")).json.pagination;
    const other = (await list(await listed(2), "?page_size=1")).json.pagination.next_page_token;
    for (const token of [
      "x",
      "r0",
      "1",
      `${good}x`,
      good.slice(1),
      other,
      Buffer.from("1.x").toString("base64url"),
      "",
    ]) {
      const path = `/v1/runs?page_token=${encodeURIComponent(token)}`;
      expectEnvelope(await ask(daemon, path), 400, "invalid_request");
    }
  });

  it("a page size out of bounds, or that is none, is 400", async () => {
    const daemon = await listed(0);
    for (const size of ["0", "-1", "1001", "x", "1.5", ""]) {
      expectEnvelope(await ask(daemon, `/v1/runs?page_size=${size}`), 400, "invalid_request");
    }
  });
});

describe("status at the daemon", () => {
  it("moves on with the runtime", async () => {
    const { runtime, daemon } = await startWorld(endless);
    await askJson(daemon, "/v1/runs", { run_id: "r", ...goal });
    await reached(daemon, "r", "running");
    await cancel(runtime, "r");
    const { status, result } = await finished(daemon, "r");
    expect(status.state).toBe("canceled");
    expect(result).toMatchObject({ ok: false, error: { code: "canceled" } });
  });

  it("has runtime_instance_id, where the runtime left it out", async () => {
    const { runtime, daemon } = await startWorld();
    const { instance_id } = (await ask(daemon, "/v1/instances")).json.instances[0];
    const submitted = await askJson(daemon, "/v1/runs", { run_id: "r", ...goal });
    expect(submitted.json.runtime_instance_id).toBe(instance_id);
    expect((await finished(daemon, "r")).status.runtime_instance_id).toBe(instance_id);
    expect((await ask(runtime, "/v1/runs/r")).json).not.toHaveProperty("runtime_instance_id");
    expect((await ask(daemon, "/v1/runs")).json.runs[0].runtime_instance_id).toBe(instance_id);
  });
});

describe("a runtime that fails", () => {
  it("is 502 with its words as cause, when the result is asked for", async () => {
    class Broken extends RuntimeServer {
      override createRun = ({ body }: { body: { run_id?: string } }): RunStatus => ended(String(body.run_id));
      override getRunStatus = ({ path }: { path: { run_id: string } }): RunStatus => ended(path.run_id);
      override getRunResult = (): never => {
        throw new Error("the disk is full");
      };
    }
    const ended = (run_id: string): RunStatus => {
      const now = new Date().toISOString();
      return { run_id, state: "succeeded", started_at: now, ended_at: now };
    };
    const { daemon } = await startWorld();
    const runtime_selector = { runtime_api_endpoint: await listen(new Broken()) };
    await askJson(daemon, "/v1/runs", { run_id: "r", ...goal, runtime_selector });
    await reached(daemon, "r");
    const answer = await ask(daemon, "/v1/runs/r/result");
    expectEnvelope(answer, 502);
    expect(answer.json.error).toMatchObject({ retryable: true, cause: { code: "internal_error" } });
    expect(answer.text).not.toContain("the disk is full");
  });
});

describe("a trace", () => {
  it("is the events of the run: seq from 0 without gaps, levels, and its end last", async () => {
    const { daemon } = await startWorld(obedient);
    for (const goal of ["succeed", "fail"]) await askJson(daemon, "/v1/runs", { run_id: goal, input: { goal } });
    for (const [run_id, level, type] of [
      ["succeed", "info", "final"],
      ["fail", "error", "error"],
    ] as const) {
      await finished(daemon, run_id);
      const trace = await eventually(
        () => ask(daemon, `/v1/runs/${run_id}/trace`),
        ({ json }) => json.events?.some((event: { type: string }) => event.type === type),
      );
      expectJson(trace, 200, "daemon/trace-response");
      const events = trace.json.events as { run_id: string; seq: number; level: string; type: string }[];
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
      expect(new Set(events.map((event) => event.run_id))).toEqual(new Set([run_id]));
      expect(events.find((event) => event.type === type)).toMatchObject({ level });
    }
  });
});
