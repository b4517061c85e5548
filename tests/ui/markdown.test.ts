import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { isSafeLink, parseInlines, parseMarkdown, plainText } from "../../ui/src/parts/markdown-blocks.ts";

const kinds = (text: string): string[] => parseMarkdown(text).map(({ kind }) => kind);
const text = (value: string) => ({ kind: "text", text: value });

describe("markdown", () => {
  it("is headings, paragraphs, lists, code, tables, quotes and rules", () => {
    deepEqual(
      kinds(
        "# A\n\nwords\nand more\n\n- one\n- two\n\n1. first\n2. second\n\n```promql\nup\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said\n\n---\n",
      ),
      ["heading", "paragraph", "list", "list", "code", "table", "quote", "rule"],
    );
  });

  it("keeps code as it is written, and lines that go on with an item", () => {
    deepEqual(parseMarkdown("```sh\n# no heading\n  <b>x</b>\n```\n1. one\n   goes on\n2. two"), [
      { kind: "code", language: "sh", text: "# no heading\n  <b>x</b>" },
      { kind: "list", ordered: true, items: [[text("one goes on")], [text("two")]] },
    ]);
  });

  it("reads emphasis, code and links, and nothing within code", () => {
    deepEqual(parseInlines("**bold** *soft* `**no**` [there](/d/x) a_b_c 2 * 3 * 4"), [
      { kind: "strong", inlines: [text("bold")] },
      text(" "),
      { kind: "emphasis", inlines: [text("soft")] },
      text(" "),
      { kind: "code", text: "**no**" },
      text(" "),
      { kind: "link", href: "/d/x", inlines: [text("there")] },
      text(" a_b_c 2 * 3 * 4"),
    ]);
  });

  it("leaves HTML and links that would run as the text that they are", () => {
    const hostile = '<script>alert(1)</script> <img src=x onerror="alert(1)">';
    deepEqual(parseMarkdown(hostile), [{ kind: "paragraph", inlines: [text(hostile)] }]);
    for (const href of [
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "data:text/html,x",
      "//evil.example",
      "vbscript:x",
      "\u0001javascript:x",
    ]) {
      equal(isSafeLink(href), false, href);
      equal(plainText(parseInlines(`[x](${href})`)), `[x](${href})`);
    }
    for (const href of ["https://example.com", "/d/x", "#there", "Watchdog.md", "../../docs/stack.md"])
      ok(isSafeLink(href), href);
  });

  it("puts bars of code and escaped ones into their cells", () => {
    const [table] = parseMarkdown("| a | b |\n|---|---|\n| `x | y` | 1 \\| 2 |");
    ok(table?.kind === "table");
    deepEqual(table.rows, [[[{ kind: "code", text: "x | y" }], [text("1 | 2")]]]);
  });

  it("ends, quickly, on whatever is given", () => {
    const startMs = performance.now();
    for (const strange of [
      "*".repeat(20_000),
      "`".repeat(20_001),
      "[".repeat(20_000),
      "_a".repeat(10_000),
      "```",
      "> \n>",
      "|\n|-",
      "- \n\n\n-",
      `${"**a".repeat(5000)}`,
    ])
      parseMarkdown(strange);
    ok(performance.now() - startMs < 3000, `${performance.now() - startMs} ms`);
  });
});
