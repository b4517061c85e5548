import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePromql, selectorsOf } from "../../src/promql/index.ts";

describe("selectorsOf", () => {
  it("finds every selector with how far it looks back", () => {
    const uses = selectorsOf(
      parsePromql("sum(rate(a[5m] offset 1m)) / max_over_time((b + c offset -2m)[1h:1m] offset 10m)"),
    );
    assert.deepEqual(
      uses.map(({ matchers, backMs }) => [matchers[0]?.value, backMs / 60_000]),
      [
        ["a", 6],
        ["b", 70],
        ["c", 68],
      ],
    );
  });

  it("says where @ puts it", () => {
    const uses = selectorsOf(parsePromql("a @ 5 + sum_over_time((b @ end() or c)[1h:] @ 10)"));
    assert.deepEqual(
      uses.map(({ at, backMs }) => [at, backMs / 60_000]),
      [
        [5000, 0],
        ["end", 0],
        [10_000, 60],
      ],
    );
  });
});
