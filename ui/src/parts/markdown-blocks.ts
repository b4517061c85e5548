/**
 * What our runbooks are written in, of Markdown: headings, paragraphs, lists, code, tables, quotes, links, emphasis. Everything else stays the
 * text that it is; HTML is text as well. Pure.
 */

export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "strong" | "emphasis"; readonly inlines: readonly Inline[] }
  | { readonly kind: "link"; readonly href: string; readonly inlines: readonly Inline[] };

export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly inlines: readonly Inline[] }
  | { readonly kind: "paragraph" | "quote"; readonly inlines: readonly Inline[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: "rule" };

const INLINE =
  /(`+)([\s\S]*?[^`])\1(?!`)|\*\*([\s\S]+?)\*\*|(?<![\w*])[*_](\S(?:[\s\S]*?\S)?)[*_](?![\w*])|\[([^\]]*)\]\(([^()\s]*)\)|\\([\\`*_{}[\]()#+.!|<>-])/;
const MAX_DEPTH = 6;
/** A line that is longer is no writing, and looking for emphasis in it would take long. */
const MAX_CHARS = 5000;

/** Only what leads somewhere: a text that would run is text. */
export const isSafeLink = (href: string): boolean =>
  /^(?:https?:\/\/|\/(?!\/)|#|(?:\.{1,2}\/)*[\w-]+(?:\/|\.md))/i.test(href);

export function parseInlines(text: string, depth = 0): readonly Inline[] {
  const inlines: Inline[] = [];
  const add = (plain: string): void => {
    if (plain === "") return;
    const last = inlines.at(-1);
    if (last?.kind === "text") inlines[inlines.length - 1] = { kind: "text", text: last.text + plain };
    else inlines.push({ kind: "text", text: plain });
  };
  let rest = text;
  while (rest !== "") {
    const match = depth < MAX_DEPTH && text.length <= MAX_CHARS ? INLINE.exec(rest) : null;
    if (match === null) break;
    const [all, , code, strong, emphasis, label, href, escaped] = match;
    add(rest.slice(0, match.index));
    rest = rest.slice(match.index + all.length);
    if (code !== undefined) inlines.push({ kind: "code", text: code.trim() });
    else if (strong !== undefined) inlines.push({ kind: "strong", inlines: parseInlines(strong, depth + 1) });
    else if (emphasis !== undefined) inlines.push({ kind: "emphasis", inlines: parseInlines(emphasis, depth + 1) });
    else if (escaped !== undefined) add(escaped);
    else if (href !== undefined && isSafeLink(href))
      inlines.push({ kind: "link", href, inlines: parseInlines(label ?? "", depth + 1) });
    else add(all);
  }
  add(rest);
  return inlines;
}

const FENCE = /^\s*(`{3,}|~{3,})\s*([\w+-]*)/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^\s{0,3}(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;
const QUOTE = /^\s{0,3}>\s?(.*)$/;
const RULE = /^\s{0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** The cells of a row; a bar behind a backslash or in code belongs to its cell. */
function cellsOf(line: string): string[] {
  const cells: string[] = [""];
  let inCode = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (char === "\\" && line[at + 1] === "|") {
      cells[cells.length - 1] += "|";
      at += 1;
    } else if (char === "|" && !inCode) cells.push("");
    else {
      if (char === "`") inCode = !inCode;
      cells[cells.length - 1] += char;
    }
  }
  const trimmed = cells.map((cell) => cell.trim());
  if (trimmed[0] === "") trimmed.shift();
  if (trimmed.at(-1) === "") trimmed.pop();
  return trimmed;
}

const startsBlock = (line: string): boolean =>
  line.trim() === "" || [FENCE, HEADING, ITEM, QUOTE, RULE].some((pattern) => pattern.test(line));

type Read = { readonly block: Block | undefined; readonly next: number };

function readFence(lines: readonly string[], at: number, fence: string, language: string): Read {
  let end = at + 1;
  while (end < lines.length && !(lines[end] as string).trim().startsWith(fence)) end += 1;
  return { block: { kind: "code", language, text: lines.slice(at + 1, end).join("\n") }, next: end + 1 };
}

function readList(lines: readonly string[], at: number, ordered: boolean): Read {
  const items: string[] = [];
  let next = at;
  for (; next < lines.length; next++) {
    const line = lines[next] as string;
    const [, bullet, , text] = ITEM.exec(line) ?? [];
    if (text !== undefined && (bullet === undefined) === ordered) items.push(text);
    // A line that is indented goes on with the item; one that begins something else ends the list.
    else if (line.trim() !== "" && (/^\s{2,}/.test(line) || !startsBlock(line)) && items.length > 0)
      items[items.length - 1] += ` ${line.trim()}`;
    else if (line.trim() === "" && ITEM.test(lines[next + 1] ?? "")) continue;
    else break;
  }
  return { block: { kind: "list", ordered, items: items.map((item) => parseInlines(item)) }, next };
}

function readTable(lines: readonly string[], at: number): Read {
  let next = at + 2;
  while (next < lines.length && (lines[next] as string).includes("|")) next += 1;
  const inlines = (line: string): (readonly Inline[])[] => cellsOf(line).map((cell) => parseInlines(cell));
  return {
    block: { kind: "table", head: inlines(lines[at] as string), rows: lines.slice(at + 2, next).map(inlines) },
    next,
  };
}

function readParagraph(lines: readonly string[], at: number): Read {
  let next = at + 1;
  while (next < lines.length && !startsBlock(lines[next] as string)) next += 1;
  return {
    block: {
      kind: "paragraph",
      inlines: parseInlines(
        lines
          .slice(at, next)
          .map((one) => one.trim())
          .join(" "),
      ),
    },
    next,
  };
}

function readBlock(lines: readonly string[], at: number): Read {
  const line = lines[at] as string;
  if (line.trim() === "") return { block: undefined, next: at + 1 };
  const [, fence, language] = FENCE.exec(line) ?? [];
  if (fence !== undefined) return readFence(lines, at, fence, language ?? "");
  const [, hashes, title] = HEADING.exec(line) ?? [];
  if (hashes !== undefined)
    return { block: { kind: "heading", level: hashes.length, inlines: parseInlines(title ?? "") }, next: at + 1 };
  if (RULE.test(line)) return { block: { kind: "rule" }, next: at + 1 };
  const item = ITEM.exec(line);
  if (item !== null) return readList(lines, at, item[1] === undefined);
  if (QUOTE.test(line)) {
    let next = at;
    const quoted: string[] = [];
    for (let text = QUOTE.exec(line)?.[1]; text !== undefined; text = QUOTE.exec(lines[next] ?? "")?.[1]) {
      quoted.push(text);
      next += 1;
    }
    return { block: { kind: "quote", inlines: parseInlines(quoted.join(" ")) }, next };
  }
  if (line.includes("|") && DIVIDER.test(lines[at + 1] ?? "")) return readTable(lines, at);
  return readParagraph(lines, at);
}

export function parseMarkdown(text: string): readonly Block[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const { block, next } = readBlock(lines, at);
    if (block !== undefined) blocks.push(block);
    at = Math.max(next, at + 1);
  }
  return blocks;
}

/** Without emphasis and links. */
export const plainText = (inlines: readonly Inline[]): string =>
  inlines.map((inline) => ("text" in inline ? inline.text : plainText(inline.inlines))).join("");
