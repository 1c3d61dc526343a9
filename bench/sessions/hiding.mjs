// What an outsider could learn from how long a refusal takes: each case beside the one where there is nothing at all.
import { join } from "node:path";
import { child, inFolder, median, rounded } from "../services/lib.mjs";
import { Network } from "./network.mjs";

const ROUNDS = 3000;
const WARM_UP = 300;

export function hiding({ log }) {
  return inFolder(async (folder) => {
    const operator = await child("../sessions/serve-operator.mjs", "full", join(folder, "session.db"));
    const network = new Network(operator.first);
    const [caller, blocker, closed, other] = await network.agents("hidden", 4);
    const blocks = `/_admin/agents/${blocker.handle}/blocks`;
    await network.call(blocks, network.adminToken, { handle: caller.handle });
    await refuseAll(network, closed.handle);
    const secret = await network.session([other]);
    const invite = (handle) => ({ path: "/sessions", body: JSON.stringify({ invite: [handle] }) });
    const joining = (id) => ({ path: `/sessions/${id}/join`, body: "{}" });
    const agents = {
      unknown: invite("@bench.hidden9"),
      blocked: invite(blocker.handle),
      "not allowed": invite(closed.handle),
    };
    const sessions = { unknown: joining(`sess_${"0".repeat(26)}`), "of others": joining(secret) };
    const rows = [];
    for (const [what, cases] of Object.entries({ "refused invitation": agents, "refused session": sessions })) {
      log(what);
      const medians = await timed(network, caller.token, cases);
      for (const [subject, time] of Object.entries(medians)) {
        rows.push({ what, subject, value: rounded(1000 * time, 0), unit: "us" });
        if (subject !== "unknown") {
          rows.push({
            what: `${what}, against unknown`,
            subject,
            value: rounded(time / medians.unknown, 3),
            unit: "x",
          });
        }
      }
    }
    operator.process.kill();
    return rows;
  });
}

/** The median time of each case in milliseconds; they take turns, so that what slows the machine slows all. */
async function timed({ url }, token, cases) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const turns = Object.entries(cases).sort(() => Math.random() - 0.5);
    for (const [name, { path, body }] of turns) {
      const begin = performance.now();
      const response = await fetch(url + path, { method: "POST", headers, body });
      await response.text();
      if (response.status !== 404) throw new Error(`${path}: ${response.status} where 404 was due`);
      if (round >= WARM_UP) times[name].push(performance.now() - begin);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

/** Has an agent let nobody in. */
async function refuseAll({ url, adminToken }, handle) {
  const response = await fetch(`${url}/_admin/agents/${handle}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: '{"policy":"allowlist"}',
  });
  if (!response.ok) throw new Error(`${handle}: ${response.status}`);
}
