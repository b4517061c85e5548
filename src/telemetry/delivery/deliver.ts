import { type Payload, type PostOptions, type PostResult, postHttp } from "./post.ts";

export type { Flight, Payload, PostOptions, PostResult } from "./post.ts";

/** Sends a batch by its protocol. Never rejects. */
export async function post(payload: Payload, options: PostOptions): Promise<PostResult> {
  if (!URL.canParse(payload.url)) return { kind: "rejected", reason: "the address is no URL" };
  if (payload.protocol !== "grpc") return postHttp(payload, options);
  // HTTP/2 is 12 MB of Node that only those load who use it.
  const { postGrpc } = await import("./post-grpc.ts");
  return postGrpc(payload, options);
}
