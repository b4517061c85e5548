/** The parsed template. `position` is where an error is said to be. */
export type Pipe = {
  readonly kind: "pipe";
  readonly position: number;
  readonly assigns: boolean;
  readonly declares: readonly string[];
  readonly commands: readonly Command[];
};
export type Command = { readonly kind: "command"; readonly position: number; readonly args: readonly Operand[] };
export type Field = { readonly kind: "field"; readonly position: number; readonly path: readonly string[] };
export type Variable = {
  readonly kind: "variable";
  readonly position: number;
  readonly name: string;
  readonly path: readonly string[];
};
export type Chain = {
  readonly kind: "chain";
  readonly position: number;
  readonly base: Operand;
  readonly path: readonly string[];
};
export type Identifier = { readonly kind: "identifier"; readonly position: number; readonly name: string };
/** What a number may be read as, by its syntax and value. */
export type NumberNode = {
  readonly kind: "number";
  readonly position: number;
  readonly text: string;
  readonly int: bigint | undefined;
  readonly float: number | undefined;
  readonly looksFloat: boolean;
};
export type StringNode = {
  readonly kind: "string";
  readonly position: number;
  readonly quoted: string;
  readonly value: string;
};
export type Operand =
  | Pipe
  | Field
  | Variable
  | Chain
  | Identifier
  | NumberNode
  | StringNode
  | { readonly kind: "dot" | "nil"; readonly position: number }
  | { readonly kind: "bool"; readonly position: number; readonly value: boolean };

export type Branch = {
  readonly kind: "if" | "with" | "range";
  readonly position: number;
  readonly pipe: Pipe;
  readonly list: readonly Node[];
  readonly elseList: readonly Node[] | undefined;
};
export type Action = { readonly kind: "action"; readonly position: number; readonly pipe: Pipe };
export type Invocation = {
  readonly kind: "template";
  readonly position: number;
  readonly name: string;
  readonly pipe: Pipe | undefined;
};
export type Node =
  | { readonly kind: "text"; readonly position: number; readonly text: string }
  | { readonly kind: "break" | "continue"; readonly position: number }
  | Action
  | Branch
  | Invocation;

const dotted = (path: readonly string[]): string => path.map((name) => `.${name}`).join("");

/** The node as it could have been written: what an error message shows between `<` and `>`. */
export function writeNode(node: Operand | Command | Action | Invocation): string {
  switch (node.kind) {
    case "pipe": {
      const declared = node.declares.length > 0 ? `${node.declares.join(", ")} ${node.assigns ? "=" : ":="} ` : "";
      return declared + node.commands.map(writeNode).join(" | ");
    }
    case "command":
      return node.args.map((arg) => (arg.kind === "pipe" ? `(${writeNode(arg)})` : writeNode(arg))).join(" ");
    case "field":
      return dotted(node.path);
    case "variable":
      return node.name + dotted(node.path);
    case "chain":
      return (node.base.kind === "pipe" ? `(${writeNode(node.base)})` : writeNode(node.base)) + dotted(node.path);
    case "identifier":
      return node.name;
    case "number":
      return node.text;
    case "string":
      return node.quoted;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "action":
      return `{{${writeNode(node.pipe)}}}`;
    case "template":
      return `{{template ${JSON.stringify(node.name)}${node.pipe === undefined ? "" : ` ${writeNode(node.pipe)}`}}}`;
  }
}
