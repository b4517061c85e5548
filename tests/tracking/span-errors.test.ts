import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SpanStatusCode } from "@opentelemetry/api";
import { ATTR, OPERATION } from "../../src/model/index.ts";
import type { ReadableSpan } from "../../src/telemetry/index.ts";
import { createSpanErrors } from "../../src/tracking/span-errors.ts";

type Given = {
  readonly id: string;
  readonly parent?: string;
  readonly operation?: string;
  readonly error?: { readonly type?: string; readonly message: string; readonly category?: string };
  readonly attributes?: Readonly<Record<string, unknown>>;
};

function span({ id, parent, operation, error, attributes = {} }: Given): ReadableSpan {
  const exception = { "exception.type": error?.type ?? "Error", "exception.message": error?.message };
  return {
    spanContext: () => ({ traceId: "t", spanId: id, traceFlags: 1 }),
    ...(parent !== undefined && { parentSpanContext: { traceId: "t", spanId: parent, traceFlags: 1 } }),
    attributes: {
      ...(operation !== undefined && { [ATTR.operation]: operation }),
      ...(error !== undefined && { [ATTR.errorCategory]: error.category ?? "unknown" }),
      ...attributes,
    },
    status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: "failed" },
    events: error === undefined ? [] : [{ name: "exception", time: [1, 0], attributes: exception }],
    endTime: [1, 500_000_000],
  } as unknown as ReadableSpan;
}

const sourcesOf = (spans: readonly Given[]): (string | undefined)[] => {
  const errors = createSpanErrors();
  return spans.map((one) => errors.of(span(one), true)?.source);
};

describe("errors of spans", () => {
  it("begin in the innermost run that fails with them", () => {
    const error = { type: "DiskError", message: "disk full" };
    assert.deepEqual(
      sourcesOf([
        { id: "3", parent: "2", operation: OPERATION.executeTool, error },
        { id: "2", parent: "1", operation: OPERATION.invokeAgent, error },
        { id: "1", operation: OPERATION.invokeWorkflow, error },
      ]),
      ["tool", undefined, undefined],
    );
  });

  it("come through spans that are no runs, and through those that did not fail", () => {
    const error = { message: "cannot open the database" };
    const outer = { message: `planning failed: ${error.message}` };
    assert.deepEqual(
      sourcesOf([
        { id: "4", parent: "3", operation: OPERATION.executeTool, error },
        { id: "3", parent: "2" },
        { id: "2", parent: "1", error: outer },
        { id: "1", operation: OPERATION.invokeAgent, error: outer },
      ]),
      ["tool", undefined, undefined, undefined],
    );
  });

  it("are said by SDKs in other words than the wire's", () => {
    assert.deepEqual(
      sourcesOf([
        {
          id: "2",
          parent: "1",
          operation: OPERATION.chat,
          error: { type: "429", message: "limit", category: "rate_limit" },
        },
        {
          id: "3",
          parent: "1",
          operation: OPERATION.chat,
          error: { type: "429", message: "limit", category: "rate_limit" },
        },
        {
          id: "1",
          operation: OPERATION.invokeAgent,
          error: { type: "RateLimitError", message: "429 You are too fast", category: "rate_limit" },
        },
      ]),
      ["llm", "llm", undefined],
    );
  });

  it("are another one where the run fails with something else than what is inside", () => {
    assert.deepEqual(
      sourcesOf([
        { id: "2", parent: "1", operation: OPERATION.executeTool, error: { message: "disk full" } },
        { id: "1", operation: OPERATION.invokeAgent, error: { message: "no plan" } },
        { id: "9", operation: OPERATION.invokeAgent, error: { message: "disk full" } },
      ]),
      ["tool", "agent", "agent"],
    );
  });

  it("are none where the process's end cut the run off, or where nothing failed", () => {
    assert.deepEqual(
      sourcesOf([
        { id: "1", operation: OPERATION.invokeAgent, error: { message: "x" }, attributes: { [ATTR.unfinished]: true } },
        { id: "2", operation: OPERATION.invokeAgent },
        { id: "3", error: { message: "an HTTP server's" } },
      ]),
      [undefined, undefined, undefined],
    );
  });

  it("know who and what was at work", () => {
    const error = createSpanErrors().of(
      span({
        id: "1",
        operation: OPERATION.executeTool,
        error: { type: "DiskError", message: "disk full", category: "tool" },
        attributes: {
          [ATTR.toolName]: "search",
          [ATTR.agentName]: "planner",
          [ATTR.sessionId]: "s1",
          [ATTR.requestModel]: "m",
        },
      }),
      true,
    );
    assert.deepEqual(error, {
      agent: "planner",
      tool: "search",
      model: "m",
      sessionId: "s1",
      source: "tool",
      type: "DiskError",
      message: "disk full",
      category: "tool",
      severity: "error",
      timeMs: 1500,
      where: "execute_tool search",
      traceId: "t",
      spanId: "1",
      isExported: true,
    });
  });

  it("do not pile up where parents never end", () => {
    const errors = createSpanErrors();
    const error = { message: "disk full, really" };
    for (let index = 0; index < 10_000; index++) {
      errors.of(span({ id: `c${index}`, parent: `p${index}`, operation: OPERATION.executeTool, error }), true);
    }
    const parent = (id: string) => errors.of(span({ id, operation: OPERATION.invokeAgent, error }), true)?.source;
    assert.equal(parent("p9999"), undefined);
    assert.equal(parent("p1"), "agent", "forgotten");
  });
});
