import type { QueryResult } from "../../promql/index.ts";
import type { VectorElement } from "../templates/functions.ts";

/** What a rule takes of a query's result: a scalar is one element without labels. Throws for anything else than these two. */
export function vectorOf(result: QueryResult): readonly VectorElement[] {
  if (result.type === "vector") return result.samples;
  if (result.type === "scalar") return [{ labels: {}, value: result.value }];
  throw new Error("rule result is not a vector or scalar");
}
