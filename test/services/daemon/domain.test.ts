import { describe, expect, it } from "vitest";
import { endpointOf, loopbackOnly } from "../../../services/src/daemon/endpoint.js";
import { PageTokens, pageSizeOf } from "../../../services/src/daemon/pages.js";
import { settingsOf } from "../../../services/src/daemon/profiles.js";
import { type Candidate, route } from "../../../services/src/daemon/routing.js";

describe("route", () => {
  const instance = (id: string, more: Partial<Candidate> = {}): Candidate => ({
    id,
    state: "ready",
    load: 0,
    facts: {},
    ...more,
  });
  const some = [
    instance("a", { load: 2, facts: { runtime_profile: "p" } }),
    instance("b", { load: 1, facts: { runtime_profile: "p", runtime_name: "n" } }),
    instance("c", { load: 1, facts: { runtime_profile: "q", runtime_name: "n" } }),
    instance("d", { state: "error", facts: { runtime_profile: "r" } }),
  ];

  it("takes the ready one that has least to do, and of equals the first", () => {
    expect(route({}, some).id).toBe("b");
    expect(route({ runtime_profile: "p" }, some).id).toBe("b");
    expect(route({ runtime_profile: "q", runtime_name: "n" }, some).id).toBe("c");
    expect(route({ instance_id: "a" }, some).id).toBe("a");
  });

  it("tells nothing that fits from nothing that can", () => {
    const problem = (code: string) => expect.objectContaining({ code });
    expect(() => route({ runtime_profile: "x" }, some)).toThrow(problem("instances.not_found"));
    expect(() => route({ instance_id: "x" }, some)).toThrow(problem("instances.not_found"));
    expect(() => route({}, [])).toThrow(problem("instances.not_found"));
    expect(() => route({ runtime_profile: "r" }, some)).toThrow(problem("instances.no_ready"));
    expect(() => route({ instance_id: "d" }, some)).toThrow(problem("instances.not_ready"));
  });

  it("takes one that is starting where none is ready, as the run can wait for it", () => {
    const starting = instance("e", { state: "starting" });
    expect(route({}, [starting, ...some]).id).toBe("b");
    expect(route({ instance_id: "e" }, [starting, ...some]).id).toBe("e");
  });
});

describe("endpointOf", () => {
  it("takes loopback addresses, without their trailing slash", () => {
    expect(endpointOf("http://127.0.0.1:80/", loopbackOnly)).toBe("http://127.0.0.1");
    expect(endpointOf("http://localhost:8081/base/", loopbackOnly)).toBe("http://localhost:8081/base");
    expect(endpointOf("https://[::1]:1", loopbackOnly)).toBe("https://[::1]:1");
  });

  it.each([
    "http://169.254.169.254/latest",
    "http://10.0.0.1",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://[::ffff:10.0.0.1]",
  ])("forbids %s", (url) => {
    expect(() => endpointOf(url, loopbackOnly)).toThrow(expect.objectContaining({ code: "forbidden" }));
  });

  it.each(["file:///etc/passwd", "http://u:p@127.0.0.1", "http://127.0.0.1/?a=1", "http://127.0.0.1/#x", "nonsense"])(
    "refuses %s",
    (url) => {
      expect(() => endpointOf(url, loopbackOnly)).toThrow(expect.objectContaining({ code: "invalid_request" }));
    },
  );

  it("sees through other spellings of an address", () => {
    expect(endpointOf("http://0x7f.1", loopbackOnly)).toBe("http://127.0.0.1");
    expect(() => endpointOf("http://0xa9fea9fe", loopbackOnly)).toThrow(expect.objectContaining({ code: "forbidden" }));
  });
});

describe("page tokens", () => {
  it("are good where they were given out, and nowhere else", () => {
    const tokens = new PageTokens();
    expect(tokens.read(tokens.issue(42))).toBe(42);
    const forged = Buffer.from(`43.${Buffer.from(tokens.issue(42), "base64url").toString().split(".")[1]}`).toString(
      "base64url",
    );
    for (const token of ["", "x", "42", forged, new PageTokens().issue(42)]) {
      expect(() => tokens.read(token)).toThrow("page_token");
    }
  });

  it("go with pages of a bounded size", () => {
    expect([pageSizeOf(undefined), pageSizeOf(1), pageSizeOf(1000)]).toEqual([50, 1, 200]);
  });
});

describe("settingsOf", () => {
  it("puts overrides over defaults, and env together", () => {
    expect(settingsOf({ env: { A: "1", B: "1" }, args: ["x"] }, { env: { B: "2" }, args: ["y"] })).toEqual({
      env: { A: "1", B: "2" },
      args: ["y"],
    });
    expect(settingsOf(undefined, undefined)).toEqual({});
  });
});
