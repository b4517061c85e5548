import { type Payload, type PostOptions, type PostResult, postHttp } from "./post.ts";
import { postGrpc } from "./post-grpc.ts";

export type { Payload, PostOptions, PostResult } from "./post.ts";

/** Sends a batch by its protocol. Never rejects. */
export const post = (payload: Payload, options: PostOptions): Promise<PostResult> =>
  payload.protocol === "grpc" ? postGrpc(payload, options) : postHttp(payload, options);
