import { quote } from "../gotext/index.ts";
import { BUILTINS, callValue, printable, VALUE } from "./builtins.ts";
import { TemplateError } from "./error.ts";
import type {
  Action,
  Branch,
  Chain,
  Command,
  Field,
  Identifier,
  Invocation,
  Node,
  NumberNode,
  Operand,
  Pipe,
  Variable,
} from "./nodes.ts";
import { writeNode } from "./nodes.ts";
import type { ParsedTemplate } from "./parser.ts";
import { sprint } from "./printf.ts";
import {
  entriesOf,
  entryOf,
  type GoMap,
  isStruct,
  isTrue,
  kindOf,
  type ParameterType,
  parameterName,
  parametersOf,
  sizeOf,
  type TemplateFunction,
  typeOf,
} from "./values.ts";

/** How much one rendering may do. What goes beyond is an error. */
export type TemplateLimits = {
  /** Characters of the result, and of any text on the way to it. */
  readonly maxLength: number;
  /** Nodes evaluated: what bounds loops. */
  readonly maxSteps: number;
  /** Templates invoked inside one another. */
  readonly maxDepth: number;
};

type Signal = "next" | "break" | "continue";
type Positioned = Operand | Command | Action | Invocation | Branch | Node;
type Binding = { readonly name: string; value: unknown };

/** The absence of a piped value: not the same as a value that is nothing. */
const MISSING = Symbol("missing");

export type Program = {
  readonly name: string;
  readonly text: string;
  readonly parsed: ParsedTemplate;
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly limits: TemplateLimits;
};

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Runs a parsed template over its data. Throws `TemplateError`. One piece, because nodes of every kind evaluate nodes of every other. */
export function interpret({ name, text, parsed, functions, limits }: Program, data: unknown): string {
  let output = "";
  let steps = 0;
  let depth = 0;
  let executing = name;
  let current: Positioned | undefined;
  let bindings: Binding[] = [{ name: "$", value: data }];

  const locate = (position: number): string => {
    const before = text.slice(0, position);
    const column = Buffer.byteLength(before.slice(before.lastIndexOf("\n") + 1));
    return `${name}:${before.split("\n").length}:${column}`;
  };
  const contextOf = (node: Positioned): string => {
    switch (node.kind) {
      case "text":
      case "break":
      case "continue":
        return node.kind;
      case "if":
      case "with":
      case "range":
        return writeNode(node.pipe);
      default:
        return writeNode(node);
    }
  };
  const fail = (message: string, cause?: unknown): never => {
    const place =
      current === undefined
        ? `template: ${name}: `
        : `template: ${locate(current.position)}: executing ${quote(executing)} at <${contextOf(current)}>: `;
    throw new TemplateError(place + message, cause === undefined ? undefined : { cause });
  };
  const at = (node: Positioned): void => {
    current = node;
    steps += 1;
    if (steps > limits.maxSteps) fail(`exceeded the limit of ${limits.maxSteps} steps`);
  };
  const bounded = (value: unknown): unknown => {
    if (typeof value === "string" && value.length > limits.maxLength) {
      fail(`exceeded the limit of ${limits.maxLength} characters`);
    }
    return value;
  };
  const write = (piece: string): void => {
    output += piece;
    if (output.length > limits.maxLength) fail(`exceeded the limit of ${limits.maxLength} characters`);
  };

  const find = (variable: string): Binding => {
    const binding = bindings.findLast((one) => one.name === variable);
    return binding ?? fail(`undefined variable: ${variable}`);
  };

  const idealConstant = (node: NumberNode): unknown => {
    at(node);
    if (node.looksFloat) return node.float;
    return node.int ?? fail(`${node.text} overflows int`);
  };

  const refuseArguments = (args: readonly Operand[], final: unknown): void => {
    if (args.length > 1 || final !== MISSING) {
      fail(`can't give argument to non-function ${writeNode(args[0] as Operand)}`);
    }
  };

  /** Checks a value against the type that a parameter asks for, and gives nothing its nil. */
  const validate = (value: unknown, type: ParameterType): unknown => {
    if (type === VALUE) return value;
    if (type === "any") return value ?? null;
    if (value === undefined) return fail(`invalid value; expected ${parameterName(type)}`);
    if (typeof type === "string" ? typeOf(value) === type : type.accepts(value)) return value;
    return fail(`wrong type for value; expected ${parameterName(type)}; got ${typeOf(value)}`);
  };

  const literal = (node: Operand, type: ParameterType): unknown => {
    if (node.kind === "nil") {
      return type === VALUE ? undefined : type === "any" ? null : fail(`cannot assign nil to ${parameterName(type)}`);
    }
    if (type === "any" || type === VALUE) {
      if (node.kind === "bool") return node.value;
      if (node.kind === "string") return node.value;
      return idealConstant(node as NumberNode);
    }
    if (type === "string")
      return node.kind === "string" ? node.value : fail(`expected string; found ${writeNode(node)}`);
    if (type === "bool") return node.kind === "bool" ? node.value : fail(`expected bool; found ${writeNode(node)}`);
    if (type === "int" || type === "float64") {
      const value = node.kind === "number" ? (type === "int" ? node.int : node.float) : undefined;
      return value ?? fail(`expected ${type === "int" ? "integer" : "float"}; found ${writeNode(node)}`);
    }
    return fail(`can't handle ${writeNode(node)} for arg of type ${parameterName(type)}`);
  };

  const evalArg = (dot: unknown, node: Operand, type: ParameterType): unknown => {
    at(node);
    switch (node.kind) {
      case "dot":
        return validate(dot, type);
      case "field":
        return validate(evalField(dot, node, [node], MISSING), type);
      case "variable":
        return validate(evalVariable(dot, node, [node], MISSING), type);
      case "pipe":
        return validate(evalPipe(dot, node), type);
      case "identifier":
        return validate(evalFunction(dot, node, node, [node], MISSING), type);
      case "chain":
        return validate(evalChain(dot, node, [node], MISSING), type);
      default:
        return literal(node, type);
    }
  };

  const call = (
    dot: unknown,
    fn: TemplateFunction,
    isBuiltin: boolean,
    node: Positioned,
    called: string,
    operands: readonly Operand[],
    final: unknown,
  ): unknown => {
    const args = operands.slice(1);
    const { fixed, rest } = parametersOf(fn);
    const count = args.length + (final === MISSING ? 0 : 1);
    if (rest === undefined && count !== fixed.length) {
      fail(`wrong number of args for ${called}: want ${fixed.length} got ${count}`);
    }
    if (count < fixed.length) {
      fail(`wrong number of args for ${called}: want at least ${fixed.length} got ${args.length}`);
    }
    const typeAt = (position: number): ParameterType => fixed[position] ?? rest ?? "any";
    if (isBuiltin && (called === "and" || called === "or")) {
      let value: unknown;
      for (const arg of args) {
        value = evalArg(dot, arg, VALUE);
        if (isTrue(value) === (called === "or")) return value;
      }
      return final === MISSING ? value : final;
    }
    const values = args.map((arg, position) => evalArg(dot, arg, typeAt(position)));
    if (final !== MISSING) values.push(validate(final, typeAt(values.length)));
    try {
      if (isBuiltin && called === "call") {
        return bounded(callValue(args[0] === undefined ? "" : writeNode(args[0]), values[0], values.slice(1)));
      }
      return bounded(fn(...values));
    } catch (error) {
      if (error instanceof TemplateError) throw error;
      at(node);
      return fail(`error calling ${called}: ${errorText(error)}`, error);
    }
  };

  const evalFunction = (
    dot: unknown,
    node: Identifier,
    command: Positioned,
    args: readonly Operand[],
    final: unknown,
  ): unknown => {
    at(node);
    const own = functions.get(node.name);
    const fn = own ?? BUILTINS.get(node.name);
    if (fn === undefined) return fail(`${quote(node.name)} is not a defined function`);
    return call(dot, fn, own === undefined, command, node.name, args, final);
  };

  /** One step of a chain: a method, a field or what a map holds. */
  const member = (
    dot: unknown,
    receiver: unknown,
    inInterface: boolean,
    key: string,
    node: Positioned,
    args: readonly Operand[],
    final: unknown,
  ): unknown => {
    if (receiver === undefined) return undefined;
    if (receiver === null) return fail(`nil pointer evaluating interface {}.${key}`);
    const hasArguments = args.length > 1 || final !== MISSING;
    if (isStruct(receiver)) {
      if (Object.hasOwn(receiver.methods, key)) {
        return call(dot, receiver.methods[key] as TemplateFunction, false, node, key, args, final);
      }
      if (Object.hasOwn(receiver.fields, key)) {
        if (hasArguments) fail(`${key} has arguments but cannot be invoked as function`);
        return receiver.fields[key];
      }
    } else if (kindOf(receiver) === "map") {
      if (hasArguments) fail(`${key} is not a method but has arguments`);
      return entryOf(receiver as GoMap, key);
    }
    return fail(`can't evaluate field ${key} in type ${inInterface ? "interface {}" : typeOf(receiver)}`);
  };

  const walkPath = (
    dot: unknown,
    receiver: unknown,
    path: readonly string[],
    node: Positioned,
    args: readonly Operand[],
    final: unknown,
  ): unknown => {
    let value = receiver;
    // What a map of anything holds is an interface to Go, whatever is in it.
    let inInterface = false;
    for (const [index, key] of path.entries()) {
      const container = value;
      // Only the last may be a method with arguments.
      value =
        index === path.length - 1
          ? member(dot, container, inInterface, key, node, args, final)
          : member(dot, container, inInterface, key, node, [], MISSING);
      inInterface = container instanceof Map;
    }
    return value;
  };

  const evalField = (dot: unknown, node: Field, args: readonly Operand[], final: unknown): unknown => {
    at(node);
    return walkPath(dot, dot, node.path, node, args, final);
  };

  const evalVariable = (dot: unknown, node: Variable, args: readonly Operand[], final: unknown): unknown => {
    at(node);
    const { value } = find(node.name);
    if (node.path.length > 0) return walkPath(dot, value, node.path, node, args, final);
    refuseArguments(args, final);
    return value;
  };

  const evalChain = (dot: unknown, node: Chain, args: readonly Operand[], final: unknown): unknown => {
    at(node);
    if (node.base.kind === "nil") fail(`indirection through explicit nil in ${writeNode(node)}`);
    const base = evalArg(dot, node.base, VALUE);
    return walkPath(dot, base, node.path, node, args, final);
  };

  const evalCommand = (dot: unknown, command: Command, final: unknown): unknown => {
    const { args } = command;
    const first = args[0] as Operand;
    switch (first.kind) {
      case "field":
        return evalField(dot, first, args, final);
      case "chain":
        return evalChain(dot, first, args, final);
      case "identifier":
        return evalFunction(dot, first, command, args, final);
      case "pipe":
        refuseArguments(args, final);
        return evalPipe(dot, first);
      case "variable":
        return evalVariable(dot, first, args, final);
      default:
        at(first);
        refuseArguments(args, final);
        if (first.kind === "nil") return fail("nil is not a command");
        if (first.kind === "dot") return dot;
        if (first.kind === "number") return idealConstant(first);
        return (first as { readonly value: unknown }).value;
    }
  };

  const evalPipe = (dot: unknown, pipe: Pipe): unknown => {
    at(pipe);
    let value: unknown = MISSING;
    // A nil that comes out of a pipeline is no value any more: Go looks into the interface.
    for (const command of pipe.commands) value = evalCommand(dot, command, value) ?? undefined;
    for (const declared of pipe.declares) {
      if (pipe.assigns) find(declared).value = value;
      else bindings.push({ name: declared, value });
    }
    return value;
  };

  const walkRange = (dot: unknown, node: Branch): Signal => {
    const value = evalPipe(dot, node.pipe);
    const { declares, assigns } = node.pipe;
    const base = bindings.length;
    const iterate = (index: unknown, element: unknown): Signal => {
      at(node);
      if (declares.length > 0) {
        const [first = "", second] = declares;
        if (assigns) {
          find(first).value = second === undefined ? element : index;
          if (second !== undefined) find(second).value = element;
        } else {
          (bindings[base - 1] as Binding).value = element;
          if (second !== undefined) (bindings[base - 2] as Binding).value = index;
        }
      }
      const signal = walkList(element, node.list);
      bindings.length = base;
      return signal;
    };
    const each = (entries: Iterable<readonly [unknown, unknown]>): void => {
      for (const [index, element] of entries) if (iterate(index, element) === "break") return;
    };
    switch (kindOf(value)) {
      case "int":
        if (declares.length > 1) fail(`can't use ${sprint([value])} to iterate over more than one variable`);
        if ((value as bigint) <= 0n) break;
        for (let number = 0n; number < (value as bigint); number++) {
          if (iterate(undefined, number) === "break") break;
        }
        return "next";
      case "list":
        if ((value as unknown[]).length === 0) break;
        each((value as unknown[]).map((element, index) => [BigInt(index), element ?? null] as const));
        return "next";
      case "map":
        if (sizeOf(value as GoMap) === 0) break;
        each(entriesOf(value as GoMap).map(([key, element]) => [key, element ?? null] as const));
        return "next";
      case "nil":
        break;
      default:
        fail(`range can't iterate over ${sprint([value])}`);
    }
    return node.elseList === undefined ? "next" : walkList(dot, node.elseList);
  };

  const walkBranch = (dot: unknown, node: Branch): Signal => {
    const scope = bindings.length;
    let signal: Signal = "next";
    if (node.kind === "range") signal = walkRange(dot, node);
    else {
      const value = evalPipe(dot, node.pipe);
      if (isTrue(value)) signal = walkList(node.kind === "with" ? value : dot, node.list);
      else if (node.elseList !== undefined) signal = walkList(dot, node.elseList);
    }
    bindings.length = scope;
    return signal;
  };

  const walkInvocation = (dot: unknown, node: Invocation): void => {
    at(node);
    const nodes = parsed.definitions.get(node.name);
    if (nodes === undefined) fail(`template ${quote(node.name)} not defined`);
    if (depth >= limits.maxDepth) fail(`exceeded maximum template depth (${limits.maxDepth})`);
    const value = node.pipe === undefined ? undefined : evalPipe(dot, node.pipe);
    const [outerBindings, outerName] = [bindings, executing];
    bindings = [{ name: "$", value }];
    executing = node.name;
    depth += 1;
    walkList(value, nodes ?? []);
    depth -= 1;
    [bindings, executing] = [outerBindings, outerName];
  };

  const walk = (dot: unknown, node: Node): Signal => {
    at(node);
    switch (node.kind) {
      case "text":
        write(node.text);
        return "next";
      case "break":
      case "continue":
        return node.kind;
      case "action": {
        const value = evalPipe(dot, node.pipe);
        if (node.pipe.declares.length > 0) return "next";
        at(node);
        write(printable(value) ?? fail(`can't print ${writeNode(node)} of type ${typeOf(value)}`));
        return "next";
      }
      case "template":
        walkInvocation(dot, node);
        return "next";
      default:
        return walkBranch(dot, node);
    }
  };

  const walkList = (dot: unknown, nodes: readonly Node[]): Signal => {
    for (const node of nodes) {
      const signal = walk(dot, node);
      if (signal !== "next") return signal;
    }
    return "next";
  };

  walkList(data, parsed.root);
  return output;
}
