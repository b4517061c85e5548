import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLinePipeline, parseLogql } from "../../src/logql/index.ts";
import { addFilter, addPattern, hasFilter, levelFilter, removeFilter } from "../../ui/src/views/logs/filters.ts";
import { toHistogram, toLogql } from "../../ui/src/views/logs/log-query.ts";
import { isCounting, isLogql } from "../../ui/src/views/logs/search-text.ts";

const ALL = '{service_name=~".+"}';

describe("what is typed into the search of logs, as LogQL", () => {
  const meanings: readonly (readonly [typed: string, logql: string])[] = [
    ["", ALL],
    ["   ", ALL],
    ["timeout", `${ALL} |~ "(?i)timeout"`],
    ["a.b(c)", `${ALL} |~ "(?i)a\\\\.b\\\\(c\\\\)"`],
    ["Timeout", `${ALL} |= "Timeout"`],
    ["503", `${ALL} |= "503"`],
    ['"the Quick fox"', `${ALL} |= "the Quick fox"`],
    ['-"not \\"this\\""', `${ALL} != "not \\"this\\""`],
    ["-noise refund", `${ALL} !~ "(?i)noise" |~ "(?i)refund"`],
    ["level:error", `${ALL} | detected_level="error"`],
    ["level:WARNING", `${ALL} | detected_level="warn"`],
    ["level>=warn", `${ALL} | detected_level=~"warn|error|critical|fatal"`],
    ["level:warn,err", `${ALL} | detected_level=~"warn|error"`],
    ["-level:info", `${ALL} | detected_level!="info"`],
    ["service:billing", '{service_name="billing"}'],
    ["-service:billing", '{service_name=~".+", service_name!="billing"}'],
    ["service:a.b,c", '{service_name=~"a\\\\.b|c"}'],
    ["agent:desk tool:refund", `${ALL} | gen_ai_agent_name="desk" | gen_ai_tool_name="refund"`],
    ['session:"s 1"', `${ALL} | session_id="s 1"`],
    ["session.id=s1", `${ALL} | session_id="s1"`],
    ["user!=ada", `${ALL} | user_id!="ada"`],
    ["status>500", `${ALL} | status>500`],
    ["duration>5s", `${ALL} | duration>5s`],
    ['path~"^/api"', `${ALL} | path=~"^/api"`],
    ["http://host/a", `${ALL} |~ "(?i)http://host/a"`],
    ["12:30:01", `${ALL} |= "12:30:01"`],
    ["Error: no", `${ALL} |= "Error:" |~ "(?i)no"`],
    ["refund | json | amount > 100", `${ALL} |~ "(?i)refund" | json | amount > 100`],
    ['level:error |> "a <_>"', `${ALL} | detected_level="error" |> "a <_>"`],
    ['{app="x"} |= "y"', '{app="x"} |= "y"'],
  ];
  for (const [typed, logql] of meanings) {
    it(`${JSON.stringify(typed)}`, () => {
      assert.equal(toLogql(typed), logql);
    });
  }

  it("is always something that Loki's grammar takes, and can be counted", () => {
    for (const [typed] of meanings) {
      createLinePipeline(toLogql(typed));
      parseLogql(toHistogram(toLogql(typed), 60));
    }
  });

  it("cannot be broken out of, whatever is typed", () => {
    for (const typed of [
      '"',
      '""',
      "\\",
      '"\\"',
      "level:",
      ":x",
      'a:"',
      '}x"',
      "`",
      "-",
      "--",
      "\u0000\u2028",
      "{",
      "𝕏 é",
      "a\\b",
      'user:"a\\',
    ]) {
      if (isLogql(typed)) continue;
      createLinePipeline(toLogql(typed));
    }
  });

  it("tells queries that count from those for lines", () => {
    assert.ok(isCounting('sum by (level) (count_over_time({app="x"}[1m]))'));
    assert.ok(isCounting('rate({app="x"}[1m])'));
    assert.ok(!isCounting('{app="x"}'));
    assert.ok(!isLogql("rate(limit) reached"));
  });
});

describe("filters that are clicked", () => {
  const filter = { name: "gen_ai_agent_name", value: "desk", not: false };

  it("are added in the words of the search, once, and taken away again", () => {
    const added = addFilter("refund | json", filter);
    assert.equal(added, "refund agent:desk | json");
    assert.equal(addFilter(added, filter), added);
    assert.ok(hasFilter(added, filter));
    assert.equal(removeFilter(added, filter), "refund | json");
  });

  it("are LogQL where LogQL is searched for", () => {
    const text = '{service_name="a"} |= "b"';
    const added = addFilter(text, { ...filter, not: true });
    assert.equal(added, '{service_name="a"} |= "b" | gen_ai_agent_name!="desk"');
    assert.equal(removeFilter(added, { ...filter, not: true }), text);
    assert.ok(hasFilter(text, { name: "service_name", value: "a", not: false }));
  });

  it("are taken out of the selector as well, whatever texts stand in it", () => {
    const service = { name: "service_name", value: 'a "b", {c}', not: false };
    const text = `{service_name=${JSON.stringify(service.value)}, env="x"} |= "b"`;
    assert.ok(hasFilter(text, service));
    assert.equal(removeFilter(text, service), '{env="x"} |= "b"');
    const alone = `{service_name=${JSON.stringify(service.value)}} |= "b"`;
    assert.equal(removeFilter(alone, service), `${ALL} |= "b"`);
    assert.equal(
      addFilter(alone, { ...service, not: true }),
      `${ALL} |= "b" | ${text.slice(1, -1).split(", env")[0]?.replace("=", "!=")}`,
    );
    assert.ok(!hasFilter(text, { ...service, name: "name" }));
  });

  it("take the place of their contrary", () => {
    assert.equal(addFilter("-agent:desk", filter), "agent:desk");
  });

  it("quote what is no plain word", () => {
    const value = 'a "b" \\ c|d';
    const text = addFilter("", { name: "reason", value, not: false });
    assert.equal(toLogql(text), `${ALL} | reason=${JSON.stringify(value)}`);
    assert.ok(hasFilter(text, { name: "reason", value, not: false }));
  });

  it("know that fatal is critical and trace is debug", () => {
    assert.equal(toLogql(addFilter("", levelFilter("critical"))), `${ALL} | detected_level=~"critical|fatal"`);
    const inLogql = addFilter('{a="b"}', levelFilter("debug"));
    assert.equal(inLogql, '{a="b"} | detected_level=~"debug|trace"');
    assert.ok(hasFilter(inLogql, levelFilter("debug")));
    assert.equal(removeFilter(inLogql, levelFilter("debug")), '{a="b"}');
  });

  it("leave queries that count as they are", () => {
    const counting = 'count_over_time({a="b"}[1m])';
    assert.equal(addFilter(counting, filter), counting);
  });

  it("find lines by their shape, and by their text where nothing in it differs", () => {
    createLinePipeline(toLogql(addPattern("refund", 'took <_> for "<_>"', true)));
    assert.equal(toLogql(addPattern("", "done", false)), `${ALL} |= "done"`);
    assert.equal(toLogql(addPattern("", "done", true)), `${ALL} != "done"`);
  });
});
