/** The profile `sink` of docker-compose.yml: Alertmanager and what shows its notifications, without the rest of the stack. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { freePort } from "../process/run-program.ts";
import { findWhatIsMissing, projectName, ROOT, removeLeftovers } from "./support/docker.ts";
import { waitUntil } from "./support/wait-until.ts";

const run = promisify(execFile);
const missing = findWhatIsMissing();
const required = process.env["AGENT_OBSERVATORY_REQUIRE_STACK"] === "1";

/** Alertmanager waits 90 s after its start and a ticket 30 s for others of its group. */
const TOLD_WITHIN_MS = 150_000;

const fires = (alertname: string, severity: string, environment: string) => ({
  labels: { alertname, severity, deployment_environment_name: environment, job: "shop", agent: "<b>plänner</b>" },
  annotations: {
    summary: "Agent requests fail",
    description: "Half of the requests to agent plänner failed.",
    runbook_url: `http://localhost:9090/user/runbooks/${alertname}.md`,
    dashboard_url: "/d/ao-overview?var-job=shop",
  },
});

describe("the profile sink", { skip: required ? false : (missing ?? false) }, () => {
  let folder = "";
  let environment: NodeJS.ProcessEnv = {};
  const compose = async (...args: string[]): Promise<string> => {
    const all = ["compose", "--env-file", "/dev/null", ...args];
    return (await run("docker", all, { cwd: ROOT, env: environment })).stdout;
  };
  const sink = async (path = "/", options: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${environment["ALERT_SINK_PORT"]}${path}`, options);
  const shown = async (): Promise<string> => (await sink()).text();
  /** As Alertmanager does, once more where the connection was closed: busybox' nc lets one wait at a time. */
  const deliver = async (path: string, triesLeft = 5): Promise<string> => {
    try {
      return await (await sink(path, { method: "POST", body: "{}" })).text();
    } catch (error) {
      if (triesLeft === 0) throw error;
      return deliver(path, triesLeft - 1);
    }
  };

  before(async () => {
    assert.equal(missing, undefined);
    removeLeftovers();
    folder = await mkdtemp(join(tmpdir(), "agent-observatory-sink-"));
    await chmod(folder, 0o755);
    // A channel that is set up, but whose file Alertmanager cannot read.
    await writeFile(join(folder, "slack_webhook_url"), "http://slack.example/c0ffee", { mode: 0o600 });
    environment = {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      COMPOSE_PROJECT_NAME: projectName(),
      COMPOSE_PROFILES: "sink",
      ALERTMANAGER_SECRETS_DIR: folder,
      ALERTMANAGER_PORT: String(await freePort()),
      ALERT_SINK_PORT: String(await freePort()),
      GRAFANA_PORT: "3999",
    };
    await compose("up", "--detach", "--wait", "--wait-timeout", "120", "alertmanager", "alert-sink");
    const response = await fetch(`http://127.0.0.1:${environment["ALERTMANAGER_PORT"]}/api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([
        fires("AgentErrorRateCritical", "page", "production"),
        fires("AgentSystemDown", "page", "development"),
        { labels: { alertname: "Watchdog", severity: "log" } },
      ]),
    });
    assert.equal(response.status, 200);
  });
  after(async () => {
    await compose("down", "--volumes", "--timeout", "1");
    await rm(folder, { recursive: true, force: true });
  });

  it("says what can be seen before there is anything", async () => {
    assert.match(
      await shown(),
      /None so far\. Alertmanager sends here when the stack was started with COMPOSE_PROFILES=sink/,
    );
  });

  it("keeps what it is sent, and answers as Slack does", async () => {
    const response = await sink("/own", { method: "POST", body: '{"text":"<script>"}' });
    assert.equal(await response.text(), "ok");
    assert.match(await shown(), /webhook [\d: -]+ \/own/);
    const [, id] = /href="\/webhook\/([^"]+)"/.exec(await shown()) ?? [];
    const kept = await sink(`/webhook/${id}`);
    assert.match(kept.headers.get("content-type") ?? "", /^text\/plain/);
    assert.match(kept.headers.get("content-security-policy") ?? "", /^sandbox.*default-src 'none'/);
    assert.equal(await kept.text(), '{\n"text":"<script>"}');
  });

  it("gives nothing else away", async () => {
    for (const path of ["/mail/", "/mail/..%2f..%2fetc%2fpasswd", "/webhook/1", "/etc/passwd", "//"])
      assert.equal((await sink(path)).status, 404, path);
    assert.equal(
      (await sink("/", { method: "POST", body: "x".repeat(10_000_000) }).catch(() => ({ status: 413 }))).status,
      413,
    );
  });

  it("says in Alertmanager's log which file cannot be read, and goes on without it", async () => {
    const log = await compose("logs", "--no-log-prefix", "alertmanager");
    assert.match(
      log,
      /expected \/etc\/alertmanager\/secrets\/slack_webhook_url to be readable by user 65534: chmod 644 it/,
    );
    assert.doesNotMatch(log, /c0ffee|left out/);
    const print = await compose("exec", "--no-TTY", "alertmanager", "sh", "/etc/alertmanager/start.sh", "--print");
    assert.match(print, /smarthost: alert-sink:1025/);
    assert.doesNotMatch(print, /slack_configs/);
  });

  it("shows a page as a mail, readable, and as a webhook", async () => {
    const page = await waitUntil(
      "the page arrives",
      async () => {
        const text = await shown();
        assert.match(text, /<h2>AgentErrorRateCritical firing, for page<\/h2>/);
        assert.match(text, /<h2>\[PAGE\] AgentErrorRateCritical: Agent requests fail - production, shop<\/h2>/);
        return text;
      },
      TOLD_WITHIN_MS,
    );
    assert.match(
      page,
      /- Half of the requests to agent plänner failed\.\n {2}agent=&lt;b&gt;plänner&lt;\/b&gt;, job=shop\n/,
    );
    assert.match(page, /Dashboard: http:\/\/localhost:3999\/d\/ao-overview\?var-job=shop\n/);
    assert.match(page, /webhook [\d: -]+ \/watchdog/);
    const [, id] = /href="\/mail\/([^"]+)"/.exec(page) ?? [];
    const mail = await sink(`/mail/${id}`);
    assert.match(mail.headers.get("content-type") ?? "", /^text\/html/);
    const html = await mail.text();
    assert.match(html, /<div>Half of the requests to agent plänner failed\.<\/div>/);
    assert.match(html, /<\/html>\s*$/);
    const { ALERTMANAGER_PORT: port } = environment;
    assert.ok(html.includes(`<a href="http://localhost:${port}/#/silences/new?filter=%7B`));
  });

  it("shows that development pages nobody", async () => {
    await waitUntil(
      "the ticket arrives",
      async () =>
        assert.match(await shown(), /<h2>\[TICKET\] AgentSystemDown: Agent requests fail - development, shop<\/h2>/),
      TOLD_WITHIN_MS,
    );
  });

  it("makes room for what is large", async () => {
    for (let index = 0; index < 30; index++) {
      const response = await sink(`/large-${index}`, { method: "POST", body: "x".repeat(900_000) });
      assert.equal(await response.text(), "ok");
    }
    assert.match(await shown(), /\/large-29</);
  });

  it("keeps the newest hundred, however many come at once", async () => {
    for (let batch = 0; batch < 12; batch++) {
      const sent = Array.from({ length: 10 }, (_, index) => deliver(`/burst-${batch}-${index}`));
      for (const answer of await Promise.all(sent)) assert.equal(answer, "ok");
    }
    const count = await compose("exec", "--no-TTY", "alert-sink", "sh", "-c", "ls /tmp/kept | wc -l");
    assert.ok(Number(count) <= 101 && Number(count) >= 99, `${count} are kept`);
    assert.match(await shown(), /\/burst-11-\d/);
    assert.doesNotMatch(await shown(), /\/burst-0-/);
  });
});
