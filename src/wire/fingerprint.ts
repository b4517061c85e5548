import { builtin } from "../base/index.ts";

/** Tells whether two requests are the same, byte for byte, without keeping either. */
export type Fingerprint = { readonly feed: (chunk: Uint8Array) => void; readonly digest: () => string | undefined };

/** SHA-1 where it may be used, which is fast; nobody gains by a collision. */
const ALGORITHMS = ["sha1", "sha256"];

function createHash(): import("node:crypto").Hash | undefined {
  for (const algorithm of ALGORITHMS) {
    try {
      return builtin("node:crypto").createHash(algorithm);
    } catch {
      // Forbidden here: FIPS 140-3 has no SHA-1 any more.
    }
  }
  return undefined;
}

export function createFingerprint(): Fingerprint {
  let hash: ReturnType<typeof createHash>;
  let digest: string | undefined;
  return {
    feed: (chunk) => {
      if (digest !== undefined) return;
      hash ??= createHash();
      hash?.update(chunk);
    },
    digest: () => {
      digest ??= hash?.digest("base64");
      return digest;
    },
  };
}
