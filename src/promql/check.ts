import { quote } from "../gotext/index.ts";
import { METRIC_NAME } from "../signals/index.ts";
import { type Binary, type Call, type Expr, isComparison, isSetOperator, type VectorSelector } from "./ast.ts";
import type { PromqlError } from "./error.ts";
import { SIGNATURES, typeName, type ValueType } from "./function-signatures.ts";

/** What an expression evaluates to, as far as its form says. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "matrix":
    case "subquery":
      return "matrix";
    case "paren":
    case "unary":
      return typeOf(expr.expr);
    case "binary":
      return typeOf(expr.left) === "scalar" && typeOf(expr.right) === "scalar" ? "scalar" : "vector";
    case "call":
      return SIGNATURES.get(expr.name)?.returns ?? "vector";
    default:
      return "vector";
  }
}

type Fail = (at: number, message: string) => PromqlError;

function expectType(expr: Expr, wanted: ValueType, context: string, fail: Fail): void {
  const type = check(expr, fail);
  if (type !== wanted) {
    throw fail(expr.start, `expected type ${typeName(wanted)} in ${context}, got ${typeName(type)}`);
  }
}

function checkBinary(expr: Binary, fail: Fail): ValueType {
  const { operator, matching, left, right } = expr;
  const types = [check(left, fail), check(right, fail)];
  const scalars = types.every((type) => type === "scalar");
  const vectors = types.every((type) => type === "vector");
  // Between the sides stands the operator with its modifiers.
  const operatorAt = left.end;
  if (expr.returnBool && !isComparison(operator)) {
    throw fail(operatorAt, "bool modifier can only be used on comparison operators");
  }
  if (isComparison(operator) && !expr.returnBool && scalars) {
    throw fail(operatorAt, "comparisons between scalars must use BOOL modifier");
  }
  const twice = matching.on ? matching.labels.find((label) => matching.include.includes(label)) : undefined;
  if (twice !== undefined) {
    throw fail(operatorAt, `label ${quote(twice)} must not occur in ON and GROUP clause at once`);
  }
  for (const [index, side] of [left, right].entries()) {
    if (types[index] !== "scalar" && types[index] !== "vector") {
      throw fail(side.start, "binary expression must contain only scalar and instant vector types");
    }
  }
  if (!vectors && matching.labels.length > 0) {
    throw fail(expr.start, "vector matching only allowed between instant vectors");
  }
  if (vectors && isSetOperator(operator) && matching.cardinality !== "many-to-many") {
    throw fail(expr.start, `no grouping allowed for "${operator}" operation`);
  }
  if (!vectors && isSetOperator(operator)) {
    throw fail(expr.start, `set operator "${operator}" not allowed in binary scalar expression`);
  }
  return scalars ? "scalar" : "vector";
}

function checkCall({ name, args, start }: Call, fail: Fail): ValueType {
  const signature = SIGNATURES.get(name);
  if (signature === undefined) throw fail(start, `unknown function with name "${name}"`);
  const { args: types, variadic } = signature;
  const given = args.length;
  if (variadic === 0 && given !== types.length) {
    throw fail(start, `expected ${types.length} argument(s) in call to "${name}", got ${given}`);
  }
  const least = types.length - 1;
  if (variadic !== 0 && given < least) {
    throw fail(start, `expected at least ${least} argument(s) in call to "${name}", got ${given}`);
  }
  if (variadic > 0 && given > least + variadic) {
    throw fail(start, `expected at most ${least + variadic} argument(s) in call to "${name}", got ${given}`);
  }
  for (const [index, arg] of args.entries()) {
    const wanted = types[Math.min(index, types.length - 1)] ?? "vector";
    const type = check(arg, fail);
    if (type !== wanted) {
      throw fail(arg.start, `expected type ${typeName(wanted)} in call to function "${name}", got ${typeName(type)}`);
    }
  }
  return signature.returns;
}

function checkSelector({ name, matchers, start }: VectorSelector, fail: Fail): void {
  if (name === "") {
    if (matchers.some((matcher) => !matcher.matches(""))) return;
    throw fail(start, "vector selector must contain at least one non-empty matcher");
  }
  const again = matchers.slice(0, -1).find((matcher) => matcher.name === METRIC_NAME);
  if (again !== undefined) {
    const names = `${quote(name)} or ${quote(again.value)}`;
    throw fail(start, `metric name must not be set twice: ${names}`);
  }
}

function check(expr: Expr, fail: Fail): ValueType {
  switch (expr.kind) {
    case "vector":
      checkSelector(expr, fail);
      return "vector";
    case "matrix":
      checkSelector(expr.selector, fail);
      return "matrix";
    case "subquery": {
      const type = check(expr.expr, fail);
      if (type !== "vector") throw fail(expr.start, `subquery is only allowed on instant vector, got ${type} instead`);
      return "matrix";
    }
    case "paren":
      return check(expr.expr, fail);
    case "unary": {
      const type = check(expr.expr, fail);
      if (type === "scalar" || type === "vector") return type;
      const got = `"${typeName(type)}"`;
      throw fail(
        expr.start,
        `unary expression only allowed on expressions of type scalar or instant vector, got ${got}`,
      );
    }
    case "binary":
      return checkBinary(expr, fail);
    case "call":
      return checkCall(expr, fail);
    case "aggregate":
      expectType(expr.expr, "vector", "aggregation expression", fail);
      if (expr.parameter !== undefined) {
        const wanted = expr.operator === "count_values" ? "string" : "scalar";
        expectType(expr.parameter, wanted, "aggregation parameter", fail);
      }
      return "vector";
    default:
      return typeOf(expr);
  }
}

/** Throws what `fail` makes of the first part that does not fit where it stands. */
export function checkTypes(expr: Expr, fail: Fail): void {
  check(expr, fail);
}
