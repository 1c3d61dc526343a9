import { expect, test } from "vitest";
import { formats } from "../../../kit/src/validation/index.js";

/** Texts of each format, and texts that are not, from the RFC that defines it. */
const samples: Readonly<Record<string, readonly [valid: readonly string[], invalid: readonly string[]]>> = {
  byte: [
    ["", "AA==", "AAA=", "AAAA", "+/8="],
    ["A", "A===", "AA=A", "A-_=", " AAA"],
  ],
  "date-time": [
    ["2024-02-29T23:59:59.5Z", "1998-12-31T23:59:60Z"],
    ["2023-02-29T00:00:00Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00"],
  ],
  date: [["2024-02-29"], ["2023-02-29", "24-01-01", "2024-13-01"]],
  time: [
    ["12:00:00Z", "23:59:60+00:00"],
    ["12:00:00", "24:00:00Z", "12:00:60Z"],
  ],
  duration: [
    ["P1Y2M3DT4H5M6S", "P2W", "PT1S"],
    ["P", "PT", "1D", "P1S"],
  ],
  email: [["a.b+c@example.com"], ["a", "@b", "a@", "a b@c.d", "a..b@c.d"]],
  hostname: [
    ["a", "xn--a.example"],
    ["", "-a", "a-", "a_b", `${"a".repeat(64)}.b`],
  ],
  ipv4: [
    ["0.0.0.0", "255.255.255.255"],
    ["256.0.0.1", "1.2.3", "01.2.3.4"],
  ],
  ipv6: [
    ["::", "::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4"],
    ["1::2::3", "12345::", "1:2:3", ":::"],
  ],
  uri: [
    ["https://a.example/b?c#d", "urn:a:b"],
    ["/a", "a b:c", "http://a/%zz"],
  ],
  "uri-reference": [
    ["/a", "#b", "a:b", ""],
    ["a b", "%z1"],
  ],
  uuid: [
    ["123e4567-e89b-12d3-a456-426614174000"],
    ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"],
  ],
  "json-pointer": [
    ["", "/a~1b/~0"],
    ["a", "/~2", "/~"],
  ],
  "relative-json-pointer": [
    ["0", "1/a", "2#", "10/~1"],
    ["", "/a", "01/a", "1#/a", "-1"],
  ],
  regex: [
    ["^a+$", "(?<a>b)"],
    ["(", "[b-a]"],
  ],
  iri: [
    ["http://ƒøø.example/ä", "urn:ü"],
    ["/ä", "http://a b", "http://a<b"],
  ],
  "iri-reference": [
    ["/ä", "#ø", ""],
    ["\\ä", "a b", "%"],
  ],
  "uri-template": [
    ["/a/{b}", "{?q*,r:3}", "a{/b}c", "x"],
    ["{", "}", "{a", "{a b}", "{{a}}", "{}", "a}b{c}"],
  ],
  "idn-email": [
    ["실례@실례.테스트", "a@b.c"],
    ["실례", "@실례", "a b@c"],
  ],
  "idn-hostname": [
    ["실례.테스트", "bücher.example", "a"],
    ["a b", "", "-a", "a/b", "a:1"],
  ],
};

test("every format that validators check is tried here", () => {
  expect(Object.keys(samples).sort()).toEqual(Object.keys(formats).sort());
});

test.each(Object.entries(samples))("%s", (name, [valid, invalid]) => {
  for (const text of valid) expect(formats[name]?.(text), text).toBe(true);
  for (const text of invalid) expect(formats[name]?.(text), text).toBe(false);
});
