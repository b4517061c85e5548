/** OTLP as it arrives, decoded. Pure so far: bytes in, items out. The heavy side: the preload must never reach this room. */
export {
  type AttributeMap,
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  type ReceivedExemplar,
  type ReceivedLog,
  type ReceivedPoint,
  type ReceivedSpan,
} from "./otlp.ts";
export { ProtobufError } from "./protobuf.ts";
