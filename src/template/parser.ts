import { quote, unquote, unquoteCharacter } from "../gotext/index.ts";
import { TemplateError } from "./error.ts";
import { type Token, type TokenKind, tokenize } from "./lexer.ts";
import { type Branch, type Command, type Node, type Operand, type Pipe, writeNode } from "./nodes.ts";
import { readNumber } from "./number-literal.ts";

export type ParsedTemplate = {
  readonly root: readonly Node[];
  /** What `define` and `block` named, and the root under the template's own name. */
  readonly definitions: ReadonlyMap<string, readonly Node[]>;
};

/** Deeper than any template needs, and shallow enough for the stack. */
const MAX_NESTING = 200;
const OPERAND_STARTS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "char",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);
const NOT_EXECUTABLE: ReadonlySet<Operand["kind"]> = new Set<Operand["kind"]>([
  "bool",
  "dot",
  "nil",
  "number",
  "string",
]);

type ListEnd = { readonly kind: "end" } | { readonly kind: "else"; readonly chained: "if" | "with" | undefined };
type ControlKind = Branch["kind"];

const isBlank = (nodes: readonly Node[]): boolean =>
  nodes.every((node) => node.kind === "text" && /^\s*$/.test(node.text));

/**
 * Throws `TemplateError` where the text is no template, or uses a function or variable that does not exist. One piece, because the
 * productions call each other.
 */
export function parseTemplate(name: string, text: string, hasFunction: (name: string) => boolean): ParsedTemplate {
  const tokens = tokenize(text);
  const definitions = new Map<string, readonly Node[]>();
  let index = 0;
  let variables = ["$"];
  let rangeDepth = 0;
  let nesting = 0;

  const lineOf = (position: number): number => text.slice(0, position).split("\n").length;
  const last = tokens[tokens.length - 1] as Token;
  const tokenAt = (at: number): Token => tokens[at] ?? last;
  const fail = (message: string, at: Token = tokenAt(index)): never => {
    throw new TemplateError(`template: ${name}:${lineOf(at.position)}: ${message}`);
  };
  const show = (token: Token): string => {
    if (token.kind === "end" || token.kind === "error") return token.text;
    if (token.kind === "keyword" || token.kind === "dot" || token.kind === "nil") return `<${token.text}>`;
    return token.text.length > 10 ? `${quote(token.text.slice(0, 10))}...` : quote(token.text);
  };
  const unexpected = (token: Token, context: string): never =>
    fail(token.kind === "error" ? token.text : `unexpected ${show(token)} in ${context}`, token);

  const next = (): Token => {
    const token = tokenAt(index);
    index += 1;
    return token;
  };
  const skipSpace = (): void => {
    while (tokenAt(index).kind === "space") index += 1;
  };
  const peek = (): Token => {
    skipSpace();
    return tokenAt(index);
  };
  const take = (): Token => {
    skipSpace();
    return next();
  };
  const expectClose = (context: string): void => {
    const token = take();
    if (token.kind !== "close") unexpected(token, context);
  };
  const nested = <T>(parse: () => T): T => {
    nesting += 1;
    if (nesting > MAX_NESTING) fail("max expression depth exceeded");
    const parsed = parse();
    nesting -= 1;
    return parsed;
  };
  const unquoted = (token: Token): string => unquote(token.text) ?? fail("invalid syntax", token);

  const parseTerm = (): Operand | undefined => {
    const token = peek();
    if (!OPERAND_STARTS.has(token.kind)) return undefined;
    index += 1;
    const { position } = token;
    switch (token.kind) {
      case "identifier":
        if (!hasFunction(token.text)) fail(`function ${quote(token.text)} not defined`, token);
        return { kind: "identifier", position, name: token.text };
      case "dot":
      case "nil":
        return { kind: token.kind, position };
      case "variable":
        if (!variables.includes(token.text)) fail(`undefined variable ${quote(token.text)}`, token);
        return { kind: "variable", position, name: token.text, path: [] };
      case "field":
        return { kind: "field", position, path: [token.text.slice(1)] };
      case "bool":
        return { kind: "bool", position, value: token.text === "true" };
      case "char": {
        const code =
          unquoteCharacter(token.text) ??
          fail(token.text === "''" ? "invalid syntax" : `malformed character constant: ${token.text}`, token);
        return { kind: "number", position, text: token.text, int: BigInt(code), float: code, looksFloat: false };
      }
      case "number": {
        const number = readNumber(token.text);
        if (typeof number === "string") return fail(number, token);
        return { kind: "number", position, text: token.text, ...number };
      }
      case "leftParen":
        return nested(() => parsePipe("parenthesized pipeline", "rightParen"));
      default:
        return { kind: "string", position, quoted: token.text, value: unquoted(token) };
    }
  };

  const parseOperand = (): Operand | undefined => {
    const base = parseTerm();
    const first = tokenAt(index);
    if (base === undefined || first.kind !== "field") return base;
    const path: string[] = [];
    while (tokenAt(index).kind === "field") path.push(next().text.slice(1));
    const { position } = first;
    if (base.kind === "field") return { kind: "field", position, path: [...base.path, ...path] };
    if (base.kind === "variable") return { ...base, position, path };
    if (NOT_EXECUTABLE.has(base.kind)) fail(`unexpected . after term ${quote(writeNode(base))}`, first);
    return { kind: "chain", position, base, path };
  };

  const parseCommand = (): Command => {
    const { position } = peek();
    const args: Operand[] = [];
    for (;;) {
      skipSpace();
      const operand = parseOperand();
      if (operand !== undefined) args.push(operand);
      const token = next();
      if (token.kind === "space") continue;
      if (token.kind === "close" || token.kind === "rightParen") index -= 1;
      else if (token.kind !== "pipe") unexpected(token, "operand");
      break;
    }
    if (args.length === 0) fail("empty command");
    return { kind: "command", position, args };
  };

  /** `$x :=`, `$x =`, and for range `$i, $x :=`; where it is none of these the variable is an operand. */
  const parseDeclarations = (context: string): { readonly declares: string[]; readonly assigns: boolean } => {
    const declares: string[] = [];
    for (;;) {
      const variable = peek();
      if (variable.kind !== "variable") return { declares, assigns: false };
      const start = index;
      index += 1;
      const operator = peek();
      if (operator.kind !== "assign" && operator.kind !== "declare" && operator.kind !== "comma") {
        index = start;
        return { declares, assigns: false };
      }
      index += 1;
      declares.push(variable.text);
      variables.push(variable.text);
      if (operator.kind !== "comma") return { declares, assigns: operator.kind === "assign" };
      if (context !== "range" || declares.length > 1) fail(`too many declarations in ${context}`);
      if (!["variable", "close", "rightParen"].includes(peek().kind)) fail("range can only initialize variables");
    }
  };

  const parsePipe = (context: string, end: "close" | "rightParen"): Pipe => {
    const { position } = peek();
    const { declares, assigns } = parseDeclarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = peek();
      if (token.kind === end) {
        index += 1;
        break;
      }
      if (!OPERAND_STARTS.has(token.kind)) unexpected(token, context);
      commands.push(parseCommand());
    }
    if (commands.length === 0) fail(`missing value for ${context}`);
    const wrong = commands.findIndex(({ args }, at) => at > 0 && NOT_EXECUTABLE.has((args[0] as Operand).kind));
    if (wrong > 0) fail(`non executable command in pipeline stage ${wrong + 1}`);
    return { kind: "pipe", position, assigns, declares, commands };
  };

  const parseControl = (kind: ControlKind): Branch =>
    nested(() => {
      const scope = variables.length;
      const pipe = parsePipe(kind, "close");
      if (kind === "range") rangeDepth += 1;
      const { list, end } = parseList();
      if (kind === "range") rangeDepth -= 1;
      let elseList: readonly Node[] | undefined;
      if (end.kind === "else") {
        if (end.chained !== undefined && end.chained === kind) {
          index += 1;
          elseList = [parseControl(kind)];
        } else {
          const rest = parseList();
          if (rest.end.kind !== "end") fail("expected end; found {{else}}");
          elseList = rest.list;
        }
      }
      variables.length = scope;
      return { kind, position: pipe.position, pipe, list, elseList };
    });

  const parseName = (context: string): { readonly token: Token; readonly value: string } => {
    const token = take();
    if (token.kind !== "string" && token.kind !== "rawString") unexpected(token, context);
    return { token, value: unquoted(token) };
  };

  const define = (definition: string, nodes: readonly Node[]): void => {
    const known = definitions.get(definition);
    if (known === undefined || isBlank(known)) definitions.set(definition, nodes);
    else if (!isBlank(nodes)) fail(`template: multiple definition of template ${quote(definition)}`);
  };

  /** A template within the template: nothing of the outside is seen in it. */
  const parseDefinition = (definition: string, context: string): void =>
    nested(() => {
      const [outer, outerDepth] = [variables, rangeDepth];
      variables = ["$"];
      rangeDepth = 0;
      const { list, end } = parseList();
      if (end.kind !== "end") fail(`unexpected {{else}} in ${context}`);
      [variables, rangeDepth] = [outer, outerDepth];
      define(definition, list);
    });

  const parseAction = (): Node | ListEnd => {
    const token = peek();
    if (token.kind !== "keyword") {
      return { kind: "action", position: token.position, pipe: parsePipe("command", "close") };
    }
    index += 1;
    switch (token.text) {
      case "if":
      case "with":
      case "range":
        return parseControl(token.text);
      case "end":
        expectClose("end");
        return { kind: "end" };
      case "else": {
        const following = peek();
        if (following.kind === "keyword" && (following.text === "if" || following.text === "with")) {
          return { kind: "else", chained: following.text };
        }
        expectClose("else");
        return { kind: "else", chained: undefined };
      }
      case "break":
      case "continue":
        expectClose(`{{${token.text}}}`);
        if (rangeDepth === 0) fail(`{{${token.text}}} outside {{range}}`, token);
        return { kind: token.text, position: token.position };
      case "template": {
        const { token: named, value } = parseName("template clause");
        if (peek().kind !== "close") {
          return {
            kind: "template",
            position: named.position,
            name: value,
            pipe: parsePipe("template clause", "close"),
          };
        }
        index += 1;
        return { kind: "template", position: named.position, name: value, pipe: undefined };
      }
      case "block": {
        const { token: named, value } = parseName("block clause");
        const pipe = parsePipe("block clause", "close");
        parseDefinition(value, "block clause");
        return { kind: "template", position: named.position, name: value, pipe };
      }
      default:
        return unexpected(token, "command");
    }
  };

  const isEnd = (node: Node | ListEnd): node is ListEnd => node.kind === "end" || node.kind === "else";

  const parseTextOrAction = (): Node | ListEnd => {
    const token = next();
    if (token.kind === "text") return { kind: "text", position: token.position, text: token.text };
    if (token.kind !== "open") return unexpected(token, "input");
    return parseAction();
  };

  const parseList = (): { readonly list: readonly Node[]; readonly end: ListEnd } => {
    const list: Node[] = [];
    while (tokenAt(index).kind !== "end") {
      const node = parseTextOrAction();
      if (isEnd(node)) return { list, end: node };
      list.push(node);
    }
    return fail("unexpected EOF");
  };

  const root: Node[] = [];
  while (tokenAt(index).kind !== "end") {
    if (tokenAt(index).kind === "open") {
      const start = index;
      index += 1;
      const token = take();
      if (token.kind === "keyword" && token.text === "define") {
        const { value } = parseName("define clause");
        expectClose("define clause");
        parseDefinition(value, "define clause");
        continue;
      }
      index = start;
    }
    const node = parseTextOrAction();
    if (isEnd(node)) fail(`unexpected {{${node.kind}}}`);
    else root.push(node);
  }
  define(name, root);
  return { root: definitions.get(name) ?? root, definitions };
}
