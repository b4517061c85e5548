import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCount } from "../../src/api/parse-error.ts";
import { jsonTime, nsToMs, parseDurationNs, parseRfc3339Ns, secondsToNs } from "../../src/api/times.ts";

const MS = 1_000_000n;
const SECOND = 1000n * MS;

describe("times and counts in requests", () => {
  it("are seconds or durations where they are steps", () => {
    const cases: readonly (readonly [text: string, ns: bigint])[] = [
      ["15", 15n * SECOND],
      ["0.5", 500n * MS],
      ["-1", -SECOND],
      ["1h30m5s250ms", 5405n * SECOND + 250n * MS],
      ["0", 0n],
    ];
    for (const [text, ns] of cases) assert.equal(parseDurationNs(text), ns);
    assert.throws(() => parseDurationNs("x"), {
      name: "ParseError",
      message: 'cannot parse "x" to a valid duration',
    });
    assert.throws(() => parseDurationNs("1e10"), {
      name: "ParseError",
      message: 'cannot parse "1e10" to a valid duration. It overflows int64',
    });
  });

  it("are RFC 3339 to the nanosecond", () => {
    const seconds = BigInt(Date.UTC(2020, 1, 29, 10, 0, 0)) * MS;
    assert.equal(parseRfc3339Ns("2020-02-29T12:00:00.123456789+02:00"), seconds + 123_456_789n);
    assert.equal(parseRfc3339Ns("2020-02-29"), undefined);
  });

  it("are seconds of which the millisecond counts", () => {
    assert.equal(secondsToNs(1.0006), SECOND + MS);
    assert.equal(secondsToNs(-1.25), -1250n * MS);
    assert.deepEqual([nsToMs(1_999_999n), nsToMs(-1n), nsToMs(-MS)], [1, -1, -1]);
  });

  it("are answered without the zeros that say nothing", () => {
    const ms = Date.UTC(2020, 1, 29, 10, 0, 20);
    assert.deepEqual([jsonTime(ms), jsonTime(ms + 100)], ["2020-02-29T10:00:20Z", "2020-02-29T10:00:20.1Z"]);
  });

  it("are refused in Go's words", () => {
    assert.equal(parseCount("+7"), 7);
    assert.throws(() => parseCount("1.5"), {
      name: "ParseError",
      message: 'strconv.Atoi: parsing "1.5": invalid syntax',
    });
  });
});
