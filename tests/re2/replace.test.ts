import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePattern, expandReplacement, replaceMatches } from "../../src/re2/index.ts";

/** What Go 1.26 makes of them, and how many matches it finds. */
const ROWS: readonly (readonly [
  pattern: string,
  text: string,
  replacement: string,
  replaced: string,
  count: number,
])[] = [
  ["a", "banana", "x", "bxnxnx", 3],
  ["a*", "baac", "x", "xbxcx", 3],
  ["x*", "日本", "-", "-日-本-", 3],
  ["x*", "🥋🥋", "-", "-🥋-🥋-", 3],
  ["(b)(z)?", "abc", "[$1|$2|$0|$3]", "a[b||b|]c", 1],
  ["(?P<first>b)(c)", "abcd", "${first}$2${second}", "abcd", 1],
  ["(?P<first>b)", "abc", "$firstly $first. $$1 $ ${ ${first $", "a b. $1 $ ${ ${first $c", 1],
  ["(b)", "abc", "$01 $1x ${1}x $10 $1_ $00", "a  bx   c", 1],
  ["(b)", "abc", "$1é", "ac", 1],
  ["^", "abc", "-", "-abc", 1],
  ["$", "abc", "-", "abc-", 1],
  ["", "abc", "-", "-a-b-c-", 4],
  ["\\b", "ab cd", "|", "|ab| |cd|", 4],
  ["(?P<n>a)|(?P<m>b)", "ab", "<$n$m>", "<a><b>", 2],
  ["b", "abc", "${}$-", "a${}$-c", 1],
  ["a(x?)", "aaxa", "[$1]", "[][x][]", 3],
  ["(\\d+)", "7 and 42", "$1$1", "77 and 4242", 2],
  [".", "a\nb", ".", ".\n.", 2],
];

describe("matches", () => {
  it("are replaced, with references filled in, as Go does", () => {
    const got = ROWS.map(([source, text, replacement]) => {
      const pattern = compilePattern(source);
      let count = 0;
      const replaced = replaceMatches(pattern, text, (match) => {
        count += 1;
        return expandReplacement(replacement, match, pattern);
      });
      return [source, text, replacement, replaced, count];
    });
    assert.deepEqual(got, ROWS);
  });
});
