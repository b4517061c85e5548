import type { ReactNode } from "react";
import { Skeleton } from "../parts/parts.tsx";
import type { LaidOutTrace } from "./layout.ts";

/** What was said in a trace. */
export default function Conversation({ trace: _trace }: { readonly trace: LaidOutTrace }): ReactNode {
  return <Skeleton height={400} />;
}
