import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jsonLine, type Line } from "../../src/logging/line.ts";
import { textLine } from "../../src/logging/text-line.ts";

const LINE: Line = {
  timestamp: "2026-11-21T10:00:00.000Z",
  level: "warn",
  logger: "shop",
  message: "slow",
  ids: { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331", user_id: "u1" },
  caller: { module: "src/a.js", function: "work", line: 5 },
  fields: { ms: 30, path: "/a b", nested: { deep: [1] } },
};

describe("a line for people", () => {
  it("is time, level, logger, trace, message, fields and place", () => {
    assert.equal(
      textLine(LINE, false),
      `2026-11-21T10:00:00.000Z WARN  shop [0af76519] slow user_id=u1 ms=30 path="/a b" nested={ deep: [ 1 ] } (src/a.js:5 work)`,
    );
  });

  it("has colours where they are wanted, which say nothing else", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are the point.
    assert.equal(textLine(LINE, true).replaceAll(/\u001b\[\d+m/g, ""), textLine(LINE, false));
    assert.ok(textLine(LINE, true).includes("\u001b[33mWARN"));
  });

  it("shows the stack of an error and its causes below", () => {
    const fields = { error: { name: "E", message: "m", stack: "E: m\n    at x", cause: { stack: "C: c\n    at y" } } };
    assert.match(textLine({ ...LINE, fields }, false), /\n {4}E: m\n {8}at x\n {4}caused by C: c\n {8}at y$/);
  });

  it("lets nothing through that a terminal obeys or that looks like another line", () => {
    const evil = "a\u001b[2Jb\r\u009b31mc\nERROR forged\u2028d";
    const text = textLine(
      { ...LINE, message: evil, logger: evil, fields: { [evil]: evil, o: { [evil]: evil } } },
      false,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028]/);
    assert.ok(
      text
        .split("\n")
        .slice(1)
        .every((one) => one.startsWith("    ")),
    );
  });
});

describe("a line of JSON", () => {
  it("has its members in a fixed order, each once", () => {
    assert.equal(
      jsonLine(LINE),
      '{"timestamp":"2026-11-21T10:00:00.000Z","level":"warn","logger":"shop","message":"slow","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","user_id":"u1","module":"src/a.js","function":"work","line":5,"ms":30,"path":"/a b","nested":{"deep":[1]}}',
    );
    const twice = jsonLine({ ...LINE, fields: { user_id: "mine", line: 1 } });
    assert.equal(twice.match(/"user_id"/g)?.length, 1);
    assert.deepEqual([JSON.parse(twice).user_id, JSON.parse(twice).line], ["mine", 1]);
  });

  it("is JSON whatever is in it", () => {
    const evil = '"\\\n\u0000\ud800';
    const parsed = JSON.parse(
      jsonLine({ ...LINE, level: evil, logger: evil, message: evil, ids: { [evil]: evil }, fields: {} }),
    );
    assert.equal(parsed.message, evil);
    assert.equal(parsed[evil], evil);
  });
});
