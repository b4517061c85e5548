const PRELOAD = "--require agent-observatory/register";
/** `node` where a command begins: at the start or behind `&&`, `||`, `;`, with variables before it. */
const NODE = /((?:^|&&|\|\||;)\s*(?:[A-Za-z_]\w*=\S*\s+)*node)(?=\s)/;

export type StartLine = {
  readonly script: string;
  readonly before: string;
  /** Undefined where it does not start Node itself: the preload then belongs into NODE_OPTIONS. */
  readonly after: string | undefined;
  readonly isDone: boolean;
};

/** What a script of package.json is to be. Undefined where there is no such script, or no package.json that can be read. */
export function startLineOf(packageJson: string, script: string): StartLine | undefined {
  let before: unknown;
  try {
    const { scripts } = JSON.parse(packageJson) as { scripts?: Record<string, unknown> };
    before = scripts !== undefined && Object.hasOwn(scripts, script) ? scripts[script] : undefined;
  } catch {
    return undefined;
  }
  if (typeof before !== "string") return undefined;
  const isDone = before.includes("agent-observatory/register") || /\bagent-observatory dev\b/.test(before);
  return { script, before, after: NODE.test(before) ? before.replace(NODE, `$1 ${PRELOAD}`) : undefined, isDone };
}

/** package.json with the script changed and all else, down to its spaces, as it was. Undefined where that cannot be done. */
export function withStartLine(packageJson: string, { script, before, after }: StartLine): string | undefined {
  if (after === undefined) return undefined;
  const name = JSON.stringify(script).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const at = new RegExp(`${name}\\s*:\\s*`, "g");
  for (const match of packageJson.matchAll(at)) {
    const from = match.index + match[0].length;
    const old = JSON.stringify(before);
    if (!packageJson.startsWith(old, from)) continue;
    const changed: string = packageJson.slice(0, from) + JSON.stringify(after) + packageJson.slice(from + old.length);
    // A member of the same name elsewhere is not the script.
    if (startLineOf(changed, script)?.before === after) return changed;
  }
  return undefined;
}
