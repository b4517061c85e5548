import type { BinaryOperator } from "./syntax.ts";

/** What an arithmetic operator or a comparison makes of two numbers; a comparison gives 1 or 0. Division by zero gives NaN. */
export function mergeValues(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? Number.NaN : left / right;
    case "%":
      return right === 0 ? Number.NaN : left % right;
    case "^":
      return power(left, right);
    case "==":
      return left === right ? 1 : 0;
    case "!=":
      return left !== right ? 1 : 0;
    case ">":
      return left > right ? 1 : 0;
    case ">=":
      return left >= right ? 1 : 0;
    case "<":
      return left < right ? 1 : 0;
    case "<=":
      return left <= right ? 1 : 0;
    default:
      throw new RangeError(`"${operator}" does not make a number of two`);
  }
}

/** As IEEE 754 and Go have it; JavaScript calls powers of ±1 with an infinite or NaN exponent NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}
