import { checkHeaders } from "./header-check.js";
import { own } from "./own.js";
import { joined, type ParameterToWrite, plainWriter, urlWriter, writersIn } from "./parameters.js";
import type { ParameterWriter, Part } from "./part.js";
import type { Row } from "./row.js";
import { isThere } from "./target.js";

/** The part that also writes scalars in headers and cookies. */
export const fields: Part = { parameters: parametersWriter };

/** Writes the declared parameters of an operation or channel, in all of their places; no others go out. */
export function parametersWriter(
  row: Pick<Row, "name" | "path" | "parameters">,
  writerOf: (operation: string, parameter: ParameterToWrite) => (value: unknown) => string = plainWriter,
): ParameterWriter {
  const { name: operation, parameters = [] } = row;
  const headers = writersIn("header", operation, parameters, writerOf)
    // OpenAPI leaves these to media types and security.
    .filter(({ name }) => !/^(accept|content-type|authorization)$/i.test(name));
  const writeCookies = joined(writersIn("cookie", operation, parameters, writerOf), "; ");
  return {
    ...urlWriter(row, writerOf),
    headers: ({ header, cookie }, into) => {
      const written: Record<string, string> = {};
      for (const { name, write } of headers) {
        const value = own(header, name);
        if (isThere(value)) written[name.toLowerCase()] = write(value);
      }
      const cookies = writeCookies(cookie);
      if (cookies) written["cookie"] = cookies;
      checkHeaders(operation, written);
      Object.assign(into, written);
    },
  };
}
