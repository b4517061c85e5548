import type { ReactNode } from "react";
import { Skeleton } from "../parts/parts.tsx";
import type { LaidOutTrace } from "./layout.ts";

/** What became of a trace, and why. */
export default function Explain({ trace: _trace }: { readonly trace: LaidOutTrace }): ReactNode {
  return <Skeleton height={400} />;
}
