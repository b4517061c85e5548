import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { WebSocketServer } from "ws";
import { closedUrl, type LocalServer, startLocalServer } from "../backends/local-server.ts";
import { FIRING, OTHER_ID, startBackends, TRACE_ID } from "./answering-backends.ts";
import { runCommand, startCommand } from "./run-command.ts";

let server: LocalServer;
before(async () => {
  server = await startBackends();
});
after(() => server[Symbol.asyncDispose]());

const ask = (...args: string[]) => runCommand([...args, "--url", server.url]);

/** What of a JSON document has which kind of value: its shape, which programs rely on. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shape(one)]));
}

describe("agent-observatory traces", () => {
  it("lists traces in a table, the latest first, without colours where no terminal is", async () => {
    const { code, stdout, stderr } = await ask("traces", "--utc");
    assert.equal(code, 0, stderr);
    const [head, first, second] = stdout.split("\n");
    assert.match(head ?? "", /^START +DURATION +SERVICE +NAME +SPANS +LLM +TOKENS +COST +ERRORS +TRACE$/);
    assert.match(
      first ?? "",
      new RegExp(`1\\.50 s +research-team +invoke_agent planner +3 +1 +187 → 52 +\\$0\\.000987 +1 +${TRACE_ID}$`),
    );
    assert.match(second ?? "", new RegExp(`900 µs +research-team +GET / +1 .*${OTHER_ID}$`));
  });

  it("asks Jaeger by the most telling condition, and decides the rest itself", async () => {
    const before = server.asked.length;
    const { code, stdout } = await ask(
      "traces",
      "--session",
      "s-1",
      "--model",
      "gpt-4o",
      "--min-cost",
      "0.0009",
      "--json",
    );
    assert.equal(code, 0);
    assert.deepEqual(
      (JSON.parse(stdout) as { traces: { traceId: string }[] }).traces.map(({ traceId }) => traceId),
      [TRACE_ID],
    );
    const asked = server.asked.slice(before).filter(({ path }) => path === "/api/traces");
    assert.deepEqual(asked.map(({ params }) => params.get("tags")).toSorted(), [
      '{"gen_ai.conversation.id":"s-1"}',
      '{"session.id":"s-1"}',
    ]);
  });

  it("has a JSON document of this shape", async () => {
    const { stdout } = await ask("traces", "--json");
    const texts = ["string"];
    assert.deepEqual(shape(JSON.parse(stdout)), {
      traces: [
        {
          traceId: "string",
          start: "string",
          startMs: "number",
          state: "string",
          durationMs: "number",
          name: "string",
          service: "string",
          services: texts,
          spans: "number",
          llmCalls: "number",
          toolCalls: "number",
          inputTokens: "number",
          outputTokens: "number",
          unpricedCalls: "number",
          errors: "number",
          status: "string",
          agents: texts,
          tools: [],
          models: texts,
          sessions: texts,
          users: [],
          costUsd: "number",
        },
      ],
      lookedAt: "number",
      cut: "null",
    });
  });

  it("ends with 1 and says so where nothing is found", async () => {
    const { code, stdout, stderr } = await ask("traces", "--user", "nobody");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^No such trace within 1 d/);
  });

  it("says that there are more than the limit allows", async () => {
    const { code, stdout, stderr } = await ask("traces", "--limit", "1");
    assert.deepEqual([code, stdout.split("\n").length], [0, 3]);
    assert.match(stderr, /^The latest 1 trace; there are more/);
  });
});

describe("agent-observatory trace", () => {
  it("draws the tree, and escapes what would steer the terminal", async () => {
    const { code, stdout } = await ask("trace", TRACE_ID);
    assert.equal(code, 0);
    assert.equal(
      stdout,
      [
        `trace ${TRACE_ID} (3 spans)`,
        "└─ invoke_agent planner  1.50 s",
        "   ├─ chat gpt-4o  1.50 s · 187 → 52 tokens · $0.000987",
        "   └─ execute_tool \\u{1b}[2Jsearch  2 ms ✗ error: division by zero",
        "",
      ].join("\n"),
    );
  });

  it("puts log lines below their spans", async () => {
    const { stdout } = await ask("trace", TRACE_ID, "--logs", "--utc");
    const lines = stdout.split("\n");
    assert.match(lines[3] ?? "", /^ {3}├─ · \d\d:\d\d:\d\d\.\d{3}Z info {2}searched the web$/);
    assert.match(lines[5] ?? "", /^ {6}└─ · .* warn {2}calculation failed⏎ {2}at line 2\\u\{1b\}\[2J$/);
  });

  it("takes the beginning of an id, or a traceparent header, and tells which ones begin alike", async () => {
    assert.match((await ask("trace", "0af765")).stdout, new RegExp(`^trace ${TRACE_ID}`));
    assert.match((await ask("trace", `00-${TRACE_ID}-00f067aa0ba902b7-01`)).stdout, new RegExp(`^trace ${TRACE_ID}`));
    const several = await ask("trace", "0af7");
    assert.equal(several.code, 2);
    assert.match(several.stderr, new RegExp(`2 traces begin with 0af7:\\n +${TRACE_ID}\\n +${OTHER_ID}\\n`));
  });

  it("ends with 1 where there is no such trace, with 2 where it is no id", async () => {
    const unknown = await ask("trace", "f".repeat(32));
    assert.deepEqual([unknown.code, unknown.stderr], [1, `No trace ${"f".repeat(32)}.\n`]);
    assert.equal((await ask("trace", "ffff")).code, 1);
    for (const given of [[], ["xyz0"], ["abc"], ["a".repeat(33)], [TRACE_ID, OTHER_ID]])
      assert.equal((await ask("trace", ...given)).code, 2, given.join(" "));
  });

  it("has spans and lines in its JSON document", async () => {
    const document = JSON.parse((await ask("trace", TRACE_ID, "--json", "--logs")).stdout) as Record<string, unknown[]>;
    assert.deepEqual([document["traceId"], document["spanCount"], document["costUsd"]], [TRACE_ID, 3, 0.000987]);
    assert.deepEqual(shape((document["spans"] ?? [])[1]), {
      traceId: "string",
      spanId: "string",
      parentSpanId: "string",
      name: "string",
      kind: "string",
      service: "string",
      startMs: "number",
      durationMs: "number",
      status: "string",
      statusMessage: "string",
      attributes: {
        "gen_ai.operation.name": "string",
        "gen_ai.request.model": "string",
        "gen_ai.usage.input_tokens": "number",
        "gen_ai.usage.output_tokens": "number",
        "agent_observatory.cost.usd": "number",
      },
      resource: {},
      scope: { name: "string", version: "string" },
      events: [],
      links: [],
    });
    assert.deepEqual(Object.keys((document["logs"] ?? [])[0] as object), ["time", "timeNs", "line", "labels"]);
  });
});

describe("agent-observatory logs", () => {
  const queryOf = async (...args: string[]): Promise<string | null> => {
    const { code, stderr } = await ask("logs", ...args);
    assert.ok(code === 0 || code === 1, stderr);
    return server.asked.findLast(({ path }) => path === "/loki/api/v1/query_range")?.params.get("query") ?? null;
  };

  it("makes LogQL of words and flags", async () => {
    assert.equal(await queryOf(), '{service_name=~".+"}');
    assert.equal(await queryOf("rate", "l.mit"), '{service_name=~".+"} |~ "(?i)rate" |~ "(?i)l\\\\.mit"');
    assert.equal(
      await queryOf("--service", "app", "--level", "error", "--trace", "0af7"),
      '{service_name="app"} | trace_id=~"0af7.*" | detected_level=~"error|critical|fatal"',
    );
    assert.equal(await queryOf('{a="b"} |= "x"', "--level", "fatal"), '{a="b"} |= "x" | detected_level=~"fatal"');
  });

  it("shows lines, further lines of a text set in", async () => {
    const { stdout } = await ask("logs", "--utc");
    const lines = stdout.split("\n");
    assert.equal(lines.length, 4);
    assert.match(
      lines.join("\n"),
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}info {3}research-team {2}searched the web {2}hits=2 trace=0af7651916cd$/m,
    );
    assert.match(lines.join("\n"), /warn {3}research-team {2}calculation failed .*\n {6}at line 2\\u\{1b\}\[2J$/m);
  });

  it("ends with 1 where nothing is found, and has a JSON document either way", async () => {
    const none = await ask("logs", "nothing", "--json");
    assert.deepEqual(
      [none.code, JSON.parse(none.stdout)],
      [1, { query: '{service_name=~".+"} |~ "(?i)nothing"', lines: [], cut: false }],
    );
    const { stdout } = await ask("logs", "--json");
    const [line] = (JSON.parse(stdout) as { lines: Record<string, unknown>[] }).lines;
    assert.match(String(line?.["timeNs"]), /^\d{19}$/);
    assert.deepEqual(Object.keys(line ?? {}), ["time", "timeNs", "line", "labels"]);
  });

  it("follows new lines, and takes the tail up again where it ended without repeating itself", async () => {
    await using followed = await startBackends();
    const sockets = new WebSocketServer({ server: followed.server });
    let times = 0;
    sockets.on("connection", (socket) => {
      times += 1;
      const values = (texts: string[]) =>
        texts.map((text) => [String(1_700_000_000_000_000_000n + BigInt(text.length)), text]);
      const texts = times === 1 ? ["a", "bb"] : ["bb", "ccc"];
      socket.send(JSON.stringify({ streams: [{ stream: { a: "b" }, values: values(texts) }], dropped_entries: null }));
      if (times === 1) socket.close(1000);
    });
    const child = startCommand(["logs", "--follow", "--json", "--url", followed.url]);
    const seen: string[] = [];
    for await (const chunk of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
      seen.push(
        ...chunk
          .trim()
          .split("\n")
          .map((line) => (JSON.parse(line) as { line: string }).line),
      );
      if (seen.includes("ccc")) break;
    }
    child.kill("SIGINT");
    assert.deepEqual((await once(child, "exit"))[1], "SIGINT");
    assert.deepEqual(seen, ["a", "bb", "ccc"]);
  });
});

describe("agent-observatory query", () => {
  it("shows series with a column for each label", async () => {
    const { code, stdout } = await ask("query", "llm_cost_usd_total");
    assert.equal(code, 0);
    assert.equal(stdout, "model     value\ngpt-4o     0.25\n猫 model    NaN\n");
  });

  it("shows the course of a range", async () => {
    const { stdout } = await ask("query", "llm_cost_usd_total", "--range", "1h", "--step", "1m");
    assert.equal(stdout, "model   min  max  last\ngpt-4o    1    8     8  ▁█\n");
    const { params } = server.asked.findLast(({ path }) => path === "/api/v1/query_range") ?? assert.fail();
    assert.deepEqual([params.get("step"), Number(params.get("end")) - Number(params.get("start"))], ["60", 3600]);
  });

  it("writes what JSON has no number for as a text", async () => {
    const document = JSON.parse((await ask("query", "a", "--json")).stdout) as {
      series: { points: { value: unknown }[] }[];
    };
    assert.deepEqual(
      document.series.map(({ points }) => points[0]?.value),
      [0.25, "NaN"],
    );
  });

  it("ends with 1 for no series, with 2 for a wrong query", async () => {
    assert.equal((await ask("query", "nothing")).code, 1);
    const wrong = await ask("query", "sum(((");
    assert.deepEqual([wrong.code, /got 400: bad_data: unclosed/.test(wrong.stderr)], [2, true]);
  });
});

describe("agent-observatory alerts", () => {
  it("shows the worst first, with summary, age and runbook, and fails where that is asked for", async () => {
    await using busy = await startBackends({
      alerts: [{ ...FIRING, state: "pending" }, { ...FIRING, labels: { alertname: "Low", severity: "log" } }, FIRING],
    });
    const { code, stdout } = await runCommand(["alerts", "--url", busy.url]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^firing page {2}AgentErrorRateHigh {2}Agents fail {2}since .* \(5 min.*\)\n {4}job=research-team\n {4}20 % fail\.\n {4}http:\/\/x\/AgentErrorRateHigh\.md\n/,
    );
    assert.deepEqual(stdout.match(/^\S+ \S+ {2}\S+/gm), [
      "firing page  AgentErrorRateHigh",
      "firing log  Low",
      "pending page  AgentErrorRateHigh",
    ]);
    assert.equal((await runCommand(["alerts", "--fail-on-firing", "--url", busy.url])).code, 1);
    assert.equal((await ask("alerts", "--fail-on-firing")).code, 0, "the watchdog always fires");
  });

  it("lists rules, and has JSON documents", async () => {
    assert.match((await ask("alerts", "rules")).stdout, /^GROUP .*\nstack +Watchdog +firing +log +1 min +ok /);
    const rules = JSON.parse((await ask("alerts", "rules", "--json")).stdout) as { rules: { name: string }[] };
    assert.equal(rules.rules[0]?.name, "Watchdog");
    const { alerts } = JSON.parse((await ask("alerts", "--json")).stdout) as { alerts: object[] };
    assert.deepEqual(Object.keys(alerts[0] ?? {}), [
      "alert",
      "state",
      "severity",
      "summary",
      "since",
      "runbookUrl",
      "value",
      "labels",
      "annotations",
    ]);
  });

  it("runs unit tests of rules without asking anybody", async () => {
    const directory = await mkdtemp(join(tmpdir(), "alerts-"));
    try {
      const rules = "groups:\n  - name: g\n    rules:\n      - { alert: Up, expr: up == 0 }\n";
      const test = (alerts: string) =>
        `rule_files: [rules.yml]\ntests:\n  - input_series: [{ series: up, values: "0" }]\n    alert_rule_test:\n      - { eval_time: 0m, alertname: Up, exp_alerts: ${alerts} }\n`;
      await writeFile(join(directory, "rules.yml"), rules);
      await writeFile(join(directory, "right.yml"), test("[{}]"));
      await writeFile(join(directory, "wrong.yml"), test("[]"));
      const right = await runCommand(["alerts", "test", join(directory, "right.yml")]);
      assert.deepEqual([right.code, /1 passed, 0 failed\n$/.test(right.stdout)], [0, true], right.stderr);
      const wrong = await runCommand([
        "alerts",
        "test",
        join(directory, "right.yml"),
        join(directory, "wrong.yml"),
        "--json",
      ]);
      const { passed, failed } = JSON.parse(wrong.stdout) as { passed: number; failed: number };
      assert.deepEqual([wrong.code, passed, failed], [1, 1, 1]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe("agent-observatory status", () => {
  it("is well where all answer and nothing fires but what always does", async () => {
    const { code, stdout } = await ask("status");
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /✓ Prometheus 3\.15\.0 .* metrics: latest .* ago\n✓ Loki 3\.7\.8 .* log lines: latest .* ago\n✓ Jaeger /,
    );
    assert.match(stdout, /\nservices {2}research-team\nalerts {4}none firing\n/);
  });

  it("is not well where an alert fires, or a back end does not answer", async () => {
    await using busy = await startBackends({ alerts: [FIRING] });
    const firing = await runCommand(["status", "--url", busy.url]);
    assert.deepEqual([firing.code, /1 firing: AgentErrorRateHigh/.test(firing.stdout)], [1, true]);
    const partly = await runCommand(["status", "--url", server.url, "--loki-url", await closedUrl()]);
    assert.deepEqual([partly.code, /✗ Loki .* connection refused/.test(partly.stdout)], [1, true]);
  });

  it("says that credentials are wanted where it is refused, not that nothing is there", async () => {
    await using refusing = await startLocalServer(() => ({ status: 401, body: "expected a token" }));
    const { code, stderr } = await runCommand(["status", "--url", refusing.url]);
    assert.deepEqual(
      [code, stderr],
      [1, "They answer, and want credentials: set AGENT_OBSERVATORY_TOKEN to the token.\n"],
    );
  });

  it("has a JSON document of this shape", async () => {
    const { stdout } = await ask("status", "--json");
    const document = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(Object.keys(document), [
      "well",
      "place",
      "revision",
      "backends",
      "services",
      "store",
      "alerts",
      "alertsFailure",
      "brokenRules",
    ]);
    assert.deepEqual(shape((document["backends"] as unknown[])[0]), {
      name: "string",
      url: "string",
      reachable: "boolean",
      version: "string",
      failure: "null",
      latest: "string",
    });
  });
});

describe("a back end that is broken", () => {
  const commands = [["traces"], ["trace", TRACE_ID], ["logs"], ["query", "up"], ["alerts"]];

  it("ends every command with 3, and a message that names it", async () => {
    const url = await closedUrl();
    for (const command of commands) {
      const { code, stdout, stderr } = await runCommand([...command, "--url", url]);
      assert.deepEqual([code, stdout], [3, ""], command.join(" "));
      assert.match(
        stderr,
        /^agent-observatory \w+: Expected (Prometheus|Loki|Jaeger) at http:.* got connection refused\. .*\(AO_BACKEND_UNREACHABLE\)\n$/,
      );
    }
  });

  it("ends them with 3 when it answers with 500, a page, or too late", async () => {
    for (const [instead, expected] of [
      [() => ({ status: 500, body: "out of order" }), /got 500: out of order/],
      [() => ({ headers: { "content-type": "text/html" }, body: "<html>Sign in" }), /got text\/html: <html>Sign in/],
      [() => () => undefined, /within 0\.2 s, got no answer/],
    ] as const) {
      await using broken = await startBackends({ instead });
      for (const command of commands.slice(0, 3)) {
        const { code, stderr } = await runCommand([...command, "--url", broken.url, "--timeout", "200ms"]);
        assert.equal(code, 3, stderr);
        assert.match(stderr, expected);
      }
    }
  });
});

describe("where commands ask", () => {
  it("is what variables say, and what flags say before them", async () => {
    const variables = {
      AGENT_OBSERVATORY_URL: await closedUrl(),
      AGENT_OBSERVATORY_JAEGER_URL: server.url,
      AGENT_OBSERVATORY_TOKEN: "t0ken",
    };
    const { code, stderr } = await runCommand(["traces", "--verbose"], variables);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^asking Prometheus at .*, Loki at .*, Jaeger at http/);
    assert.equal(server.asked.at(-1)?.headers.authorization, "Bearer t0ken");
    assert.equal((await runCommand(["query", "up"], variables)).code, 3);
    assert.equal((await runCommand(["query", "up", "--url", server.url], variables)).code, 0);
  });

  it("is an embedded process that runs, where nothing is said", async () => {
    await using embedded = await startBackends({ revision: "agent-observatory 0.1.0" });
    const { port } = new URL(embedded.url);
    const { code, stderr } = await runCommand(["traces", "--verbose"], { AGENT_OBSERVATORY_PORT: port });
    assert.deepEqual([code, stderr], [0, `asking the embedded process, http://127.0.0.1:${port}\n`]);
  });
});

describe("a reader that has had enough", () => {
  it("ends the command quietly", async () => {
    const child = startCommand(["traces", "--url", server.url]);
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => {
      stderr += data;
    });
    const [code] = await once(child, "exit");
    assert.deepEqual([code, stderr], [0, ""]);
  });
});
