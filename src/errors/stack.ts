/** A stack, for people and for telling errors apart. */
export type StackSummary = {
  /** The program's own frames with their lines; what libraries did between them is one line each. At most 12. */
  readonly frames: readonly string[];
  /**
   * Functions and files without lines, which change with every edit: at most 5 of the program, else of the libraries that were asked.
   */
  readonly places: readonly string[];
};

export type StackOptions = {
  /** The program's directory: paths are shown from there. */
  readonly root?: string;
  /** Frames of files in this directory are nobody's: those of the observation itself. */
  readonly own?: string;
};

type Frame = {
  readonly name: string;
  readonly path: string;
  readonly line: string;
  /** Undefined for the program's own. */
  readonly library: string | undefined;
};

const MAX_FRAMES = 12;
const MAX_PLACES = 5;
/** V8 makes ten by default; who asks for hundreds has the interesting ones first. */
const MAX_LINES = 60;
const MAX_LINE = 500;
const NODE_MODULES = /[\\/]node_modules[\\/]/g;

/** Of the innermost package; pnpm and bundles of packages have several on one path. */
function libraryOf(path: string): string | undefined {
  const last = [...path.matchAll(NODE_MODULES)].at(-1);
  if (last === undefined) return undefined;
  const [scope = "", name = ""] = path.slice(last.index + last[0].length).split(/[\\/]/, 2);
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

function plainPath(location: string): string {
  if (!location.startsWith("file://")) return location;
  const path = location.slice("file://".length);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function shortPath(path: string, root: string | undefined): string {
  if (root !== undefined && root !== "" && path.startsWith(root)) {
    const rest = path.slice(root.length);
    if (/^[\\/]/.test(rest)) return rest.slice(1);
  }
  // Elsewhere the beginning says where it was installed, which differs from machine to machine.
  return path.split(/[\\/]/).slice(-3).join("/");
}

function frameOf(line: string): Frame | undefined {
  const text = line.trim();
  if (!text.startsWith("at ")) return undefined;
  const call = text.slice("at ".length).replace(/^async /, "");
  const open = call.indexOf(" (");
  const named = open > 0 && call.endsWith(")");
  const location = named ? call.slice(open + 2, -1) : call;
  const [, place = "", lineNumber = ""] = /^(.*?):(\d+)(?::\d+)?$/.exec(location) ?? [];
  // What has no file is the engine's (`Array.map (<anonymous>)`), what begins with `node:` the runtime's.
  if (place === "" || place.startsWith("node:") || place.startsWith("<") || location.startsWith("eval at")) {
    return undefined;
  }
  const path = plainPath(place);
  return {
    name: (named ? call.slice(0, open) : "").replace(/^new /, "").replace(/ \[as .*\]$/, ""),
    path,
    line: lineNumber,
    library: libraryOf(path),
  };
}

function foldedLine(library: string, count: number): string {
  return `… ${library}${count > 1 ? ` (${count} frames)` : ""}`;
}

/** Reads a stack of V8; of any other text it is empty. Never throws. */
export function summarizeStack(stack: string, { root, own }: StackOptions = {}): StackSummary {
  // The message may have lines of its own, before the first frame.
  const start = stack.search(/^ {2,}at /m);
  if (start === -1) return { frames: [], places: [] };
  const frames: Frame[] = [];
  for (const line of stack.slice(start).split("\n", MAX_LINES)) {
    const frame = line.length <= MAX_LINE ? frameOf(line) : undefined;
    if (frame !== undefined && (own === undefined || !frame.path.startsWith(own))) frames.push(frame);
  }

  const shown: string[] = [];
  let folded: { library: string; count: number } | undefined;
  const unfold = (): void => {
    if (folded !== undefined) shown.push(foldedLine(folded.library, folded.count));
    folded = undefined;
  };
  for (const { name, path, line, library } of frames) {
    if (library !== undefined && folded?.library === library) {
      folded.count += 1;
      continue;
    }
    unfold();
    if (library !== undefined) folded = { library, count: 1 };
    else shown.push(`${name === "" ? "(anonymous)" : name} ${shortPath(path, root)}:${line}`);
  }
  unfold();

  const program = frames.filter(({ library }) => library === undefined);
  const telling = (program.length > 0 ? program : frames).slice(0, MAX_PLACES);
  return {
    frames: shown.slice(0, MAX_FRAMES),
    places: telling.map(({ name, path, library }) => `${name} ${library ?? shortPath(path, root)}`),
  };
}
