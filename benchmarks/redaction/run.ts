/**
 * How well and how fast secrets are removed: `node benchmarks/redaction/run.ts [--cases 40] [--seed 1]`. Prints recall and precision by
 * kind and by form, and the time for 1 MB of several sorts of text. docs/privacy.md explains the figures.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRedactor } from "../../src/redaction/index.ts";
import { judge } from "./judge.ts";
import { createOrdinaryTexts } from "./ordinary-texts.ts";
import { createTrueCases } from "./true-cases.ts";

const { values: flags } = parseArgs({
  options: { cases: { type: "string", default: "40" }, seed: { type: "string", default: "1" } },
});
const MARKER = /\[REDACTED:([a-z0-9_]+)\]/g;
const redactor = createRedactor();
const percent = (part: number, all: number): string => (all === 0 ? "–" : `${((part * 100) / all).toFixed(1)} %`);

type Count = { cases: number; found: number; named: number; false: number };
const kinds = new Map<string, Count>();
const forms = new Map<string, { cases: number; found: number }>();
const countOf = (kind: string): Count => {
  const count = kinds.get(kind) ?? { cases: 0, found: 0, named: 0, false: 0 };
  kinds.set(kind, count);
  return count;
};

for (const one of createTrueCases(Number(flags.cases), Number(flags.seed))) {
  const verdict = judge(one, redactor.text(one.before + one.secret + one.after));
  const count = countOf(one.kind);
  count.cases++;
  if (verdict.found) count.found++;
  if (verdict.kinds.includes(one.kind)) count.named++;
  // More than the secret was taken: of what is around, something is gone.
  if (verdict.excess) countOf(verdict.kinds[0] as string).false++;
  const form = forms.get(one.form) ?? { cases: 0, found: 0 };
  forms.set(one.form, { cases: form.cases + 1, found: form.found + (verdict.found ? 1 : 0) });
}

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The project's own pages and sources, without those that are about secrets. */
function ownTexts(): string[] {
  const list = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:md|ts)$/.test(name) && !/redaction|privacy/.test(name))
      .map((name) => readFileSync(join(root, folder, name), "utf8"));
  return [...list("docs"), ...list("src")];
}

const groups = new Map<string, { texts: number; changed: number }>();
const ordinary = createOrdinaryTexts(Number(flags.cases) * 5, Number(flags.seed));
for (const { group, text } of [...ordinary, ...ownTexts().map((text) => ({ group: "own docs and sources", text }))]) {
  const found = [...redactor.text(text).matchAll(MARKER)].filter(([marker]) => !text.includes(marker));
  for (const [, kind] of found) countOf(kind as string).false++;
  const count = groups.get(group) ?? { texts: 0, changed: 0 };
  groups.set(group, { texts: count.texts + 1, changed: count.changed + (found.length > 0 ? 1 : 0) });
}

const total = { cases: 0, found: 0, named: 0, false: 0 };
console.log("kind                    cases  recall   named so  precision");
for (const [kind, count] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
  for (const key of ["cases", "found", "named", "false"] as const) total[key] += count[key];
  console.log(
    `${kind.padEnd(22)} ${String(count.cases).padStart(6)}  ${percent(count.found, count.cases).padStart(7)}  ${percent(count.named, count.cases).padStart(8)}  ${percent(count.found, count.found + count.false).padStart(9)}`,
  );
}
console.log(
  `${"all".padEnd(22)} ${String(total.cases).padStart(6)}  ${percent(total.found, total.cases).padStart(7)}  ${percent(total.named, total.cases).padStart(8)}  ${percent(total.found, total.found + total.false).padStart(9)}`,
);
console.log("\nform             cases  recall");
for (const [form, { cases, found }] of forms)
  console.log(`${form.padEnd(15)} ${String(cases).padStart(6)}  ${percent(found, cases)}`);
console.log("\nordinary texts         texts  left as they are");
for (const [group, { texts, changed }] of groups)
  console.log(`${group.padEnd(21)} ${String(texts).padStart(6)}  ${percent(texts - changed, texts)}`);

const MB = 1 << 20;
const filled = (text: string): string => Buffer.from(text.repeat(Math.ceil(MB / text.length)).slice(0, MB)).toString();
const ofGroups = (...names: string[]): string =>
  filled(
    ordinary
      .filter(({ group }) => names.includes(group))
      .map(({ text }) => text)
      .join("\n"),
  );
const secrets = createTrueCases(2, 3).map(({ before, secret, after }) => before + secret + after);
const TEXTS: Readonly<Record<string, string>> = {
  prose: ofGroups("english", "german", "french", "spanish"),
  "other scripts": ofGroups("others"),
  code: filled(ownTexts().slice(-200).join("\n")),
  JSON: ofGroups("usage", "numbers", "provider_ids", "logs"),
  embeddings: ofGroups("embeddings"),
  base64: Buffer.alloc(
    (MB * 3) / 4,
    Buffer.from(Array.from({ length: 9973 }, (_, i) => (i * i * 31 + i * 7) % 251)),
  ).toString("base64"),
  "a secret per kB": filled(secrets.map((text) => `${text}\n${"lorem ipsum dolor sit amet ".repeat(36)}`).join("\n")),
  "nothing but secrets": filled(secrets.join("\n")),
};
console.log("\n1 MB of              CPU ms (best of 7)");
for (const [name, text] of Object.entries(TEXTS)) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const before = process.cpuUsage();
    redactor.text(text);
    const used = process.cpuUsage(before);
    best = Math.min(best, (used.user + used.system) / 1000);
  }
  console.log(`${name.padEnd(20)} ${best.toFixed(1).padStart(6)}`);
}
