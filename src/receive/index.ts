/**
 * OTLP in, over HTTP and gRPC: transport, packing, limits, back-pressure and answers. What the bytes say is read by whoever takes them. Owns
 * `@grpc/grpc-js`; may touch nothing but base. Must never hold more bytes than its budget, or let a sender keep it waiting.
 */
export { type Body, readBody } from "./body.ts";
export { answerCors } from "./cors.ts";
export { type OtlpGrpcOptions, startOtlpGrpcServer } from "./grpc-server.ts";
export { boundServer, closeServer, type OtlpHttpOptions, type OtlpServer, startOtlpHttpServer } from "./http-server.ts";
export { type ByteBudget, createByteBudget, DEFAULT_RECEIVE_LIMITS, type ReceiveLimits } from "./limits.ts";
export { type Address, listen } from "./listen.ts";
export { SERVER_NAME } from "./port-holder.ts";
export type { Caller, Encoding, Guard, Refusal, Signal, Take, TakeResult } from "./take.ts";
