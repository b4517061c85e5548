import type { Labels } from "../../signals/index.ts";

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffff_ffff_ffff_ffffn;
const SEPARATOR = 0xffn;

/** The fingerprint that Alertmanager shows for labels: FNV-1a over names and values in order. */
export function fingerprint(labels: Labels): string {
  const encoder = new TextEncoder();
  let hash = OFFSET;
  const add = (byte: bigint): void => {
    hash = ((hash ^ byte) * PRIME) & MASK;
  };
  for (const name of Object.keys(labels).sort()) {
    for (const text of [name, labels[name] ?? ""]) {
      for (const byte of encoder.encode(text)) add(BigInt(byte));
      add(SEPARATOR);
    }
  }
  return hash.toString(16).padStart(16, "0");
}
