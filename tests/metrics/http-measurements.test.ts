import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics, type MeasuredSpan, measureSpan } from "../../src/metrics/index.ts";
import { ATTR, OPERATION } from "../../src/model/index.ts";

/** The labels of what HTTP spans come to, by metric. */
function counted(...spans: readonly Partial<MeasuredSpan>[]): Record<string, unknown> {
  const metrics = createMetrics({ clock: { nowMs: () => 0 }, labelValueLimit: 100, cleanLabel: (value) => value });
  for (const span of spans) {
    measureSpan(metrics, { attributes: {}, failed: false, durationSeconds: 1, exemplar: undefined, ...span });
  }
  return Object.fromEntries(
    metrics
      .snapshot()
      .filter(({ definition }) => definition.name.startsWith("http_"))
      .map(({ definition, series }) => [definition.name, series.map(({ labels }) => ({ ...labels }))]),
  );
}

const GET = { [ATTR.httpMethod]: "GET", [ATTR.httpStatus]: 200 };

describe("the span of an HTTP request", () => {
  it("counts by the side that it tells of, in the words of the conventions before and since 1.23", () => {
    const labels = { http_request_method: "GET", http_response_status_code: "200", error_type: "" };
    const old = { "http.method": "GET", "http.status_code": 200, "net.peer.name": "a.test" };
    assert.deepEqual(counted({ attributes: { ...GET, [ATTR.httpRoute]: "/a/:b" }, isServer: true }), {
      http_server_request_duration_seconds: [{ ...labels, http_route: "/a/:b" }],
    });
    assert.deepEqual(counted({ attributes: { ...old, [ATTR.httpRoute]: "/a/:b" }, isServer: true }), {
      http_server_request_duration_seconds: [{ ...labels, http_route: "/a/:b" }],
    });
    for (const attributes of [{ ...GET, [ATTR.serverAddress]: "a.test" }, old]) {
      assert.deepEqual(counted({ attributes, isClient: true }), {
        http_client_request_duration_seconds: [{ ...labels, server_address: "a.test" }],
      });
    }
  });

  it("has no other method, route or error type than a fixed or declared one", () => {
    const attributes = { [ATTR.httpMethod]: "GET /secret", "url.path": "/secret", "http.target": "/secret?x" };
    assert.deepEqual(counted({ attributes, isServer: true, failed: true }), {
      http_server_request_duration_seconds: [
        { http_request_method: "_OTHER", http_route: "unmatched", http_response_status_code: "", error_type: "_OTHER" },
      ],
    });
    const failed = { ...GET, [ATTR.httpStatus]: 503 };
    assert.deepEqual(counted({ attributes: failed, isServer: true, failed: true }), {
      http_server_request_duration_seconds: [
        { http_request_method: "GET", http_route: "unmatched", http_response_status_code: "503", error_type: "503" },
      ],
    });
  });

  it("counts nowhere where it is neither side, told of elsewhere, or more than a request", () => {
    const more = [ATTR.operation, ATTR.dbSystem, ATTR.dbSystemBefore, ATTR.mcpMethod].map((name) => ({
      attributes: { ...GET, [name]: name === ATTR.operation ? OPERATION.retrieval : "x" },
      isClient: true,
    }));
    assert.deepEqual(
      counted(
        { attributes: GET },
        { attributes: GET, isServer: true, isToldElsewhere: true },
        { attributes: GET, isClient: true, isToldElsewhere: true },
        { attributes: { [ATTR.httpMethod]: 7 }, isServer: true },
        { attributes: {}, isServer: true },
        ...more,
      ),
      {},
    );
  });
});
