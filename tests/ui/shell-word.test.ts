import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { it } from "node:test";
import { shellWord } from "../../ui/src/format/shell-word.ts";

it("makes one word of any text, which a shell takes as it is and does not run", () => {
  const texts = ["s5", "a b", "$(echo x) `echo y` $HOME", 'it\'s; "q" \\ | & < > * ? ~ # !', "日本 é", "-x", ""];
  for (const text of texts) assert.equal(execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`]).toString(), text);
  assert.equal(shellWord("s5"), "s5");
  assert.equal(shellWord("a\u001b[201~\nb"), "'a[201~b'");
});
