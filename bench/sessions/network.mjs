/** A network of agents for a bench, set up through the wire. */
export class Network {
  constructor({ url, adminToken }) {
    this.url = url;
    this.adminToken = adminToken;
  }

  /** Registers `@bench.<prefix><n>` for n from 0, all open to everybody. */
  async agents(prefix, count) {
    return await inGroups(count, async (index) => {
      const handle = `@bench.${prefix}${index}`;
      const { token } = await this.call("/_admin/agents", this.adminToken, { handle, policy: "open" });
      return { handle, token };
    });
  }

  /** A session that all of them have joined. */
  async session([creator, ...others]) {
    const invite = others.map(({ handle }) => handle);
    const { session_id } = await this.call("/sessions", creator.token, { invite });
    await inGroups(others.length, (index) => this.call(`/sessions/${session_id}/join`, others[index].token, {}));
    return session_id;
  }

  async call(path, token, body) {
    const response = await fetch(`${this.url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  }
}

async function inGroups(count, work, size = 64) {
  const results = [];
  for (let start = 0; start < count; start += size) {
    const length = Math.min(size, count - start);
    results.push(...(await Promise.all(Array.from({ length }, (_, index) => work(start + index)))));
  }
  return results;
}
