import type { ReactNode } from "react";
import { Skeleton } from "../parts/parts.tsx";
import type { LaidOutTrace } from "./layout.ts";

/** Who called whom in a trace. */
export default function TraceGraph({ trace: _trace }: { readonly trace: LaidOutTrace }): ReactNode {
  return <Skeleton height={400} />;
}
