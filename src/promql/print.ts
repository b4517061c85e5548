import type { Expr } from "./ast.ts";

/** The expression as Prometheus writes it. */
export function printPromql(_expr: Expr): string {
  return "";
}
