import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const configuration = read("alertmanager/alertmanager.yml");
const start = read("alertmanager/start.sh");
const page = read("docs/alerts.md");
const stackPage = read("docs/stack.md");

describe("the docs of Alertmanager", () => {
  it("say what mutes what, as the configuration does", () => {
    const section = page.slice(page.indexOf("**What mutes what**"), page.indexOf("What is muted still fires"));
    const rules = configuration.slice(configuration.indexOf("inhibit_rules:"), configuration.indexOf("receivers:"));
    const configured = new Set(
      [...rules.matchAll(/alertname =~? "([\w|]+)"/g)].flatMap(([, names]) => names!.split("|")),
    );
    const documented = new Set(section.match(/\b(?:[A-Z][a-z]+){2,}\b/g));
    assert.ok(configured.size > 10);
    assert.deepEqual([...documented].toSorted(), [...configured].toSorted());
  });

  it("list every setting that it reads, with the default of docker-compose.yml", () => {
    const compose = read("docker-compose.yml");
    const service = compose.slice(compose.indexOf("\n  alertmanager:\n"), compose.indexOf("\n  alert-sink:\n"));
    const settings = [...service.matchAll(/^ {6}([A-Z_]+): \$\{\1(?::?-)(.*)\}$/gm)].map(([, name, value]) => [
      name!,
      value!,
    ]);
    assert.ok(settings.length >= 11, `${settings}`);
    const example = read(".env.example");
    for (const [name, value = ""] of settings) {
      if (name === "COMPOSE_PROFILES") continue;
      assert.match(stackPage, new RegExp(`\`${name}\``), name);
      const [, shown] = new RegExp(`^#${name}=(.*)$`, "m").exec(example) ?? [];
      // What start.sh knows the default of is empty in docker-compose.yml.
      assert.ok(
        shown !== undefined && (value === "" || shown === value.replace(/\$\{\w+:-(.*)\}/, "$1")),
        `${name}: ${shown}, not ${value}`,
      );
    }
  });

  it("list every secret that it reads", () => {
    const readme = read("alertmanager/secrets/README.md");
    const [, urls, others] = /case "\$name" in\s+([\w |]+)\)[\s\S]*?^ {6}([\w |]+)\) ;;$/m.exec(start) ?? [];
    const secrets = `${urls} | ${others}`.split("|").map((name) => name.trim());
    assert.equal(secrets.length, 6);
    const rows = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!);
    assert.deepEqual(rows.toSorted(), secrets.toSorted());
  });
});
