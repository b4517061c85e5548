import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Rendered, render } from "./configuration.ts";
import { NEEDS_ALERTMANAGER, programFile } from "./programs.ts";

type Labels = Readonly<Record<string, string>>;
type Alert = {
  readonly status: "firing" | "resolved";
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
};
type Template = "title" | "text" | "html" | "slack.title" | "slack.text";

const GRAFANA = "https://grafana.example/";
const ALERTMANAGER = "https://alerts.example";
const ANNOTATIONS = {
  summary: "Agent requests fail",
  description: "12.5 % of the requests to agent planner of shop failed in the last 5 minutes.",
  runbook_url: "http://prometheus.example/user/runbooks/AgentErrorRateHigh.md",
  dashboard_url: "/d/ao-overview?var-job=shop&var-agent=my%20planner",
};
const alert = (labels: Labels = {}, more: Partial<Alert> = {}): Alert => ({
  status: "firing",
  labels: {
    alertname: "AgentErrorRateHigh",
    severity: "page",
    deployment_environment_name: "production",
    job: "shop",
    agent: "planner",
    ...labels,
  },
  annotations: ANNOTATIONS,
  startsAt: "2026-11-21T17:00:59Z",
  endsAt: "2026-11-21T17:12:03Z",
  generatorURL: "http://prometheus.example/graph?g0.expr=a+%3E+1&g0.tab=1",
  ...more,
});
const resolved = (labels: Labels = {}): Alert => alert(labels, { status: "resolved" });

const commonOf = (all: readonly Labels[]): Labels =>
  Object.fromEntries(Object.entries(all[0] ?? {}).filter(([name, value]) => all.every((one) => one[name] === value)));
const GROUP_BY = ["alertname", "deployment_environment_name", "job"];

describe("what a notification says", NEEDS_ALERTMANAGER, () => {
  let rendered: Rendered;
  before(() => {
    rendered = render({ settings: { GRAFANA_ROOT_URL: GRAFANA, ALERTMANAGER_URL: ALERTMANAGER } });
  });
  after(() => rendered.remove());

  function write(template: Template, alerts: readonly Alert[], { receiver = "page", groupBy = GROUP_BY } = {}): string {
    const commonLabels = commonOf(alerts.map(({ labels }) => labels));
    const data = {
      receiver,
      status: alerts.some(({ status }) => status === "firing") ? "firing" : "resolved",
      alerts,
      groupLabels: Object.fromEntries(Object.entries(commonLabels).filter(([name]) => groupBy.includes(name))),
      commonLabels,
      commonAnnotations: commonOf(alerts.map(({ annotations }) => annotations)),
      externalURL: "http://not-used.example",
    };
    const file = join(rendered.templates, "..", "data.json");
    writeFileSync(file, JSON.stringify(data));
    const flags = [`--template.glob=${rendered.templates}`, `--template.data=${file}`];
    const type = template === "html" ? "html" : "text";
    const text = `--template.text={{ template "ao.${template}" . }}`;
    return execFileSync(programFile("amtool"), ["template", "render", ...flags, `--template.type=${type}`, text], {
      encoding: "utf8",
      stdio: "pipe",
    });
  }
  const ALL: readonly Template[] = ["title", "text", "html", "slack.title", "slack.text"];
  const BODIES: readonly Template[] = ["text", "html", "slack.text"];

  it("names who is asked, the alert, what it means, and where", () => {
    const title = "[PAGE] AgentErrorRateHigh: Agent requests fail - production, shop";
    assert.equal(write("title", [alert()]), title);
    assert.equal(write("slack.title", [alert()]), title);
    assert.equal(write("title", [alert()], { receiver: "ticket" }), title.replace("PAGE", "TICKET"));
    assert.equal(write("title", [resolved()]), title.replace("PAGE", "RESOLVED"));
  });

  it("counts what fires and what is resolved where they are several", () => {
    const several = [alert(), alert({ agent: "writer" }), resolved({ agent: "reader" })];
    assert.match(write("title", several), / - production, shop \(2 firing, 1 resolved\)$/);
    assert.match(write("title", [resolved(), resolved({ agent: "writer" })]), /^\[RESOLVED\] .* \(2 resolved\)$/);
    assert.match(write("slack.title", several.slice(0, 2)), / \(2 firing\)$/);
  });

  it("is one line of ASCII as a subject, as long as labels are", () => {
    for (const alerts of [[alert()], [alert(), resolved()]]) assert.match(write("title", alerts), /^[\x20-\x7e]+$/);
  });

  it("says in plain text what a person needs, and nothing twice", () => {
    assert.equal(
      write("text", [alert(), resolved({ agent: "writer" })]),
      `[PAGE] AgentErrorRateHigh: Agent requests fail - production, shop (1 firing, 1 resolved)

FIRING

- 12.5 % of the requests to agent planner of shop failed in the last 5 minutes.
  agent=planner, job=shop
  since 2026-11-21 17:00 UTC
  Dashboard: https://grafana.example/d/ao-overview?var-job=shop&var-agent=my%20planner
  Silence: https://alerts.example/#/silences/new?filter=%7Balertname%3D%22AgentErrorRateHigh%22%2Cagent%3D%22planner%22%2Cdeployment_environment_name%3D%22production%22%2Cjob%3D%22shop%22%7D

RESOLVED

- 12.5 % of the requests to agent planner of shop failed in the last 5 minutes.
  agent=writer, job=shop
  resolved 2026-11-21 17:12 UTC after 11m 4s
  Dashboard: https://grafana.example/d/ao-overview?var-job=shop&var-agent=my%20planner

Runbook: http://prometheus.example/user/runbooks/AgentErrorRateHigh.md
Query: http://prometheus.example/graph?g0.expr=a+%3E+1&g0.tab=1
Silence all of them: https://alerts.example/#/silences/new?filter=%7Balertname%3D%22AgentErrorRateHigh%22%2Cdeployment_environment_name%3D%22production%22%2Cjob%3D%22shop%22%7D
All of them: https://alerts.example/#/alerts?filter=%7Balertname%3D%22AgentErrorRateHigh%22%2Cdeployment_environment_name%3D%22production%22%2Cjob%3D%22shop%22%7D
`,
    );
  });

  /** Where the links of a text lead, by what they are called. */
  const linksOf = (template: Template, text: string): readonly string[] => {
    if (template === "text") return [...text.matchAll(/: (https?:\S+)/g)].map(([, url]) => url!);
    if (template === "html")
      return [...text.matchAll(/<a href="([^"]+)"/g)].map(([, url]) =>
        url!.replaceAll("&amp;", "&").replaceAll("&#43;", "+"),
      );
    return [...text.matchAll(/<([^|>]+)\|[\w ]+>/g)].map(([, url]) => url!.replaceAll("&amp;", "&"));
  };

  for (const template of BODIES) {
    it(`links runbook, dashboard, query and silence in ${template}`, () => {
      const links = linksOf(template, write(template, [alert()]));
      assert.ok(links.includes(ANNOTATIONS.runbook_url), links.join("\n"));
      assert.ok(links.includes("https://grafana.example/d/ao-overview?var-job=shop&var-agent=my%20planner"));
      assert.ok(links.includes("http://prometheus.example/graph?g0.expr=a+%3E+1&g0.tab=1"), links.join("\n"));
      assert.ok(links.some((link) => link.startsWith(`${ALERTMANAGER}/#/silences/new?filter=%7B`)));
    });

    it(`silences exactly the alert of the link in ${template}, in all its severities and windows`, () => {
      const agent = "pl\"an\\ner {a,b} 100% <x>&y=1 +#|`' ü";
      const links = linksOf(template, write(template, [alert({ agent, window: "1h" })]));
      const [silence] = links.filter((link) => link.includes("agent%3D"));
      const matchers = /^\{(.*)\}$/.exec(decodeURIComponent(silence!.split("filter=")[1]!))?.[1];
      const expected = {
        alertname: "AgentErrorRateHigh",
        agent,
        deployment_environment_name: "production",
        job: "shop",
      };
      assert.equal(
        matchers,
        Object.entries(expected)
          .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
          .join(","),
      );
    });

    it(`offers no silence for what is over in ${template}`, () => {
      const text = write(template, [resolved()]);
      assert.doesNotMatch(text, /[Ss]ilence/);
      assert.match(text, /resolved 2026-11-21 17:12 UTC after 11m 4s/);
    });

    it(`is readable with thirty alerts and cut with a count in ${template}`, () => {
      const alerts = Array.from({ length: 30 }, (_, index) => alert({ agent: `agent-${index}` }));
      const gone = Array.from({ length: 12 }, (_, index) => resolved({ agent: `gone-${index}` }));
      const text = write(template, [...alerts, ...gone]);
      assert.equal(text.match(/agent=agent-\d+/g)?.length, 10);
      assert.equal(text.match(/agent=gone-\d+/g)?.length, 10);
      assert.deepEqual(text.match(/and \d+ more/g), ["and 20 more", "and 2 more"]);
      assert.ok(text.length < 20_000, `${text.length} characters`);
      const ten = write(template, alerts.slice(0, 10));
      assert.doesNotMatch(ten, /more/);
    });

    it(`cuts what is very long in ${template}`, () => {
      const long = alert({ agent: "a".repeat(5000) }, { annotations: { description: "b".repeat(5000) } });
      const text = write(template, [long]);
      assert.equal(/b{2,}/.exec(text)?.[0].length, 500);
      assert.match(text, /agent=a{100}[^a]/);
    });
  }

  it("uses a whole dashboard link as it is", () => {
    const elsewhere = { ...ANNOTATIONS, dashboard_url: "https://boards.example/d/x?a=1&b=2" };
    for (const template of BODIES) {
      const links = linksOf(template, write(template, [alert({}, { annotations: elsewhere })]));
      assert.ok(links.includes("https://boards.example/d/x?a=1&b=2"), template);
    }
  });

  it("makes do with an alert that says nothing of itself", () => {
    const bare: Alert = { ...alert(), labels: { alertname: "Else" }, annotations: {}, generatorURL: "" };
    assert.equal(write("title", [bare]), "[PAGE] Else");
    assert.match(write("text", [bare]), /^\[PAGE\] Else\n\nFIRING\n\n- Else\n/);
    for (const template of ALL) assert.doesNotMatch(write(template, [bare]), /<no value>|Runbook|Dashboard|Query/);
    const nameless: Alert = { ...bare, labels: { job: "a" } };
    assert.equal(
      write("title", [nameless, { ...nameless, labels: { job: "b" } }], { groupBy: [] }),
      "[PAGE] 2 alerts (2 firing)",
    );
    for (const template of ALL) write(template, [nameless]);
  });

  it("falls back on what older rules call a message, and on the summary", () => {
    assert.match(write("text", [alert({}, { annotations: { message: "old style" } })]), /- old style\n/);
    assert.match(write("text", [alert({}, { annotations: { summary: "in short" } })]), /- in short\n/);
  });

  it("lets no label become markup", () => {
    const agent = `<!channel> <script>alert(1)</script> & <https://evil.example|click>`;
    const annotations = {
      ...ANNOTATIONS,
      summary: agent,
      description: agent,
      dashboard_url: `/d/x?var-agent=${agent}`,
    };
    const hostile = [alert({ agent, job: agent }, { annotations })];
    const html = write("html", hostile);
    assert.doesNotMatch(html, /<script|<!channel|<https/);
    for (const template of ["slack.title", "slack.text"] as const) {
      const links = [...write(template, hostile).matchAll(/<([^>]*)>/g)].map(([, inside]) => inside!);
      for (const link of links)
        assert.match(link, /^https?:\/\/[^|<]+\|(Dashboard|Silence|Silence all of them|Runbook|Query)$/);
    }
    const scheme = alert({}, { annotations: { ...ANNOTATIONS, runbook_url: "javascript:alert(1)" } });
    assert.doesNotMatch(write("html", [scheme]), /href="javascript/);
  });

  it("keeps a text of several lines in its place", () => {
    const lines = alert({ agent: "a\n\nb" }, { annotations: { description: "first\n\n  second\tthird" } });
    for (const template of BODIES) {
      assert.match(write(template, [lines]), /first second third/);
      assert.match(write(template, [lines]), /agent=a b/);
    }
  });

  it("says which services notice that a provider is down", () => {
    const down = ["shop", "billing"].map((job) => alert({ alertname: "LlmProviderDown", provider: "openai", job }));
    const options = { groupBy: ["alertname", "deployment_environment_name", "provider"] };
    assert.match(write("title", down, options), /- production, openai \(2 firing\)$/);
    assert.match(write("text", down, options), /job=shop, provider=openai[\s\S]*job=billing, provider=openai/);
  });
});
