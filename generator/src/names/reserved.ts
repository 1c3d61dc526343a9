/** Names that generated code may not use for its own declarations, and why. */

/** Words of the language, and globals that generated declarations refer to. */
export const reservedTypes: ReadonlySet<string> = new Set([
  // TypeScript refuses these as type names.
  "any", "unknown", "never", "object", "string", "number", "boolean", "symbol", "bigint", "void", "null", "undefined",
  // Strict-mode keywords.
  "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum", "export",
  "extends", "false", "finally", "for", "function", "if", "implements", "import", "in", "instanceof", "interface", "let", "new",
  "package", "private", "protected", "public", "return", "static", "super", "switch", "this", "throw", "true", "try", "typeof",
  "var", "while", "with", "yield", "await", "async",
  // Globals that generated files use; a type of the same name would hide them.
  "Array", "AsyncIterable", "Blob", "Date", "Error", "Function", "Map", "Number", "Object", "Promise", "ReadableStream",
  "Record", "Set", "String", "Symbol", "Boolean", "Uint8Array", "FormData",
  // Names that generated files import from the kit.
  "Unrecognized", "Schema", "Client", "ClientOptions", "Server", "ServerOptions", "Call", "PagedCall", "ItemStream",
  "ClientChannel", "ServerChannel", "CallOptions", "StreamOptions", "ChannelOptions", "RequestContext", "Reply", "Awaitable",
  "ServiceDescription", "Validate",
]);

/** Members of the kit's base classes, which an operation's method must not hide. */
export const reservedMethods: ReadonlySet<string> = new Set([
  "constructor", "prototype", "then", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
  "toLocaleString", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
  // Client
  "call", "paginate", "stream", "channel", "service", "options",
  // Server
  "handle", "handleUpgrade", "fetch", "listen", "close", "checkHealth", "authenticate", "logger", "drain", "upgrade",
]);
