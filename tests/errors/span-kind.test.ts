import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FailedSpan, fingerprintOfError, fingerprintOfSpan, isFingerprint } from "../../src/errors/index.ts";
import { ATTR } from "../../src/model/index.ts";

const ROOT = { root: "/srv/app", own: "/srv/app/node_modules/agent-observatory/dist" };
const stackOf = (line: number, root = "/srv/app"): string =>
  `DiskError: disk full\n    at save (${root}/src/orders.js:${line}:7)\n    at ${root}/src/main.js:${line + 3}:1`;

const failed = (given: Partial<FailedSpan> = {}): FailedSpan => ({
  name: "execute_tool save",
  attributes: { [ATTR.operation]: "execute_tool", [ATTR.toolName]: "save" },
  exception: { "exception.type": "DiskError", "exception.message": "disk full at order 7" },
  statusMessage: undefined,
  ...given,
});
const stacked = (message: string, stack: string): FailedSpan =>
  failed({
    exception: { "exception.type": "DiskError", "exception.message": message, "exception.stacktrace": stack },
  });

describe("the kind of a failed span", () => {
  it("is the same whatever number, id, address or path its message has", () => {
    const kinds = ["disk full at order 7", "disk full at order 12345"].map((message) =>
      fingerprintOfSpan(stacked(message, stackOf(3)), "unknown", ROOT),
    );
    assert.equal(new Set(kinds).size, 1);
    assert.ok(isFingerprint(kinds[0]), kinds[0]);
    const paths = ["ENOENT, open /tmp/a1/x.json", "ENOENT, open /var/lib/b/y.json"].map((message) =>
      fingerprintOfSpan(failed({ exception: { "exception.message": message } }), "unknown"),
    );
    assert.equal(paths[0], paths[1]);
  });

  it("is the same where lines moved, and where the program stands in another directory", () => {
    const here = fingerprintOfSpan(stacked("disk full", stackOf(3)), "unknown", ROOT);
    assert.equal(fingerprintOfSpan(stacked("disk full", stackOf(90)), "unknown", ROOT), here);
    const there = stacked("disk full", stackOf(3, "/home/ada/shop"));
    assert.equal(fingerprintOfSpan(there, "unknown", { root: "/home/ada/shop" }), here);
  });

  it("is another one by type, by message, by place, and without a stack by what failed", () => {
    const all = [
      stacked("disk full", stackOf(3)),
      stacked("disk gone", stackOf(3)),
      stacked("disk full", stackOf(3).replace("orders.js", "bills.js")),
      failed(),
      failed({ attributes: { [ATTR.operation]: "execute_tool", [ATTR.toolName]: "load" } }),
      failed({ name: "GET /orders/17", attributes: { [ATTR.errorType]: "500" }, exception: undefined }),
    ].map((span) => fingerprintOfSpan(span, "unknown", ROOT));
    assert.equal(new Set(all).size, all.length, all.join(" "));
  });

  it("folds ids in the names of spans that are no runs", () => {
    const kinds = ["GET /orders/17", "GET /orders/4711"].map((name) =>
      fingerprintOfSpan(failed({ name, attributes: { [ATTR.errorType]: "500" }, exception: undefined }), "api"),
    );
    assert.equal(kinds[0], kinds[1]);
  });

  it("is that of the same error from a log line or from the program", () => {
    const stack = stackOf(3);
    const error = { type: "DiskError", message: "disk full at order 8", stack };
    const span = fingerprintOfSpan(stacked("disk full at order 7", stack), "unknown", ROOT);
    for (const where of ["log winston", "program", "uncaught"])
      assert.equal(fingerprintOfError({ ...error, where }, "unknown", ROOT), span);
  });

  it("that it has already stays, if it is one", () => {
    const given = (fingerprint: unknown) => failed({ attributes: { [ATTR.errorFingerprint]: fingerprint } });
    assert.equal(fingerprintOfSpan(given("00112233445566ff"), "unknown"), "00112233445566ff");
    for (const wrong of ["", "<script>", "00112233445566FF", 17, "0".repeat(1000)])
      assert.ok(isFingerprint(fingerprintOfSpan(given(wrong), "unknown")), String(wrong));
  });
});
