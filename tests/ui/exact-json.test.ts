import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { onSeveralLines, parseExactly } from "../../ui/src/format/exact-json.ts";
import { readMessages, unwrapResult } from "../../ui/src/trace/messages.ts";

const LARGE = "12345678901234567890";

describe("JSON that is shown", () => {
  it("keeps every digit of numbers, and reads all else as ever", () => {
    assert.deepEqual(parseExactly(`{"id":${LARGE},"n":-9007199254740993,"f":0.1234567890123456789,"s":"${LARGE}"}`), {
      id: LARGE,
      n: "-9007199254740993",
      f: 0.12345678901234568,
      s: LARGE,
    });
    assert.equal(onSeveralLines(`{"id":${LARGE}}`), `{\n  "id": ${LARGE}\n}`);
    assert.throws(() => parseExactly("{no"), SyntaxError);
    assert.deepEqual(unwrapResult(`{"id":${LARGE}}`), { id: LARGE });
  });

  it("stays a text where it is too deep to be walked over", () => {
    const deep = "[".repeat(30_000) + "]".repeat(30_000);
    assert.equal(unwrapResult(deep), deep);
    assert.deepEqual(readMessages(deep, "user")[0]?.parts, [{ type: "text", text: deep }]);
    const brackets = JSON.stringify([`\\"${"[".repeat(500)}`]);
    assert.deepEqual(parseExactly(brackets), JSON.parse(brackets));
  });
});
