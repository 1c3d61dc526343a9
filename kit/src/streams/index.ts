/** Decoders of sequential media types: bytes in, events or values out, whatever the chunks. */
export { JsonSeqDecoder } from "./json-seq.js";
export { DEFAULT_MAX_BYTES, type Decoder, decode, StreamLimitError, StreamSyntaxError } from "./limits.js";
export { LinesDecoder } from "./lines.js";
export { SseDecoder, type SseEvent } from "./sse.js";
