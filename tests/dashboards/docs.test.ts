import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildDashboards } from "../../grafana/source/boards.ts";
import { RULES } from "../../grafana/source/lint.ts";

const page = readFileSync(new URL("../../docs/dashboards.md", import.meta.url), "utf8");

test("docs/dashboards.md lists every board with its question", () => {
  const rows = [...page.matchAll(/^\| \[(.+)\]\(\.\.\/grafana\/dashboards\/(ao-[\w-]+)\.json\) \| (.+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, title, uid, question]) => [uid, `agent-observatory: ${title}`, question]),
    buildDashboards().map(({ uid, title, description }) => [uid, title, description]),
  );
});

test("docs/dashboards.md lists the rules of the linter", () => {
  const section = /<!-- rules -->([\s\S]*)<!-- \/rules -->/.exec(page)?.[1] ?? "";
  const rows = [...section.matchAll(/^\| `([\w-]+)` \| (.+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, rule, wants]) => [rule, wants]),
    Object.entries(RULES),
  );
});

test("docs/dashboards.md names rules that there are beside those of dashboard-linter", () => {
  const [, compared = ""] = page.split("| dashboard-linter | here |");
  const named = [...compared.matchAll(/`([\w-]+)`/g)]
    .map(([, rule = ""]) => rule)
    .filter((rule) => rule !== "instance");
  assert.ok(named.length > 10);
  for (const rule of named) assert.ok(Object.hasOwn(RULES, rule), rule);
});
