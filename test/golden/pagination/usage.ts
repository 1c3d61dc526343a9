import type { PagesClient, Run, RunPage } from "./expected/index.js";

export async function list(client: PagesClient): Promise<Run[]> {
  const page: RunPage = await client.listRuns();
  const runs = [...page.runs];
  for await (const run of client.listRuns({ query: { after: 3 } })) runs.push(run);
  // @ts-expect-error The cursor is a number.
  client.listRuns({ query: { after: "3" } });
  return runs;
}
