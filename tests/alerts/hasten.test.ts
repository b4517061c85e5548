import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { renderRuleFiles } from "../../alerts/source/files.ts";
import { hasten, secondsOf } from "../../alerts/source/hasten.ts";
import { RULE_FILES } from "../../alerts/source/rule-files.ts";

type Rule = Readonly<Record<string, unknown>> & { readonly for?: string; readonly keep_firing_for?: string };
type Written = { readonly groups: readonly { readonly interval: string; readonly rules: readonly Rule[] }[] };

describe("rules in haste", () => {
  const groupsOf = (files: typeof RULE_FILES) =>
    [...renderRuleFiles(files)].flatMap(([name, text]) =>
      (parse(text) as Written).groups.map((group) => ({ ...group, file: name })),
    );
  const asDelivered = groupsOf(RULE_FILES);
  const hastened = groupsOf(hasten(RULE_FILES, { patience: 20, interval: 3 }));
  const patient = ({ for: wait, keep_firing_for: keep, ...rest }: Rule): unknown => rest;

  it("are the same rules but for how long they wait", () => {
    assert.deepEqual(
      hastened.map(({ file, rules }) => ({ file, rules: rules.map(patient) })),
      asDelivered.map(({ file, rules }) => ({ file, rules: rules.map(patient) })),
    );
  });

  it("wait a twentieth as long, a second at least, and are looked at three times as often", () => {
    for (const [index, { interval, rules }] of asDelivered.entries()) {
      const group = hastened[index] as (typeof hastened)[number];
      assert.equal(secondsOf(group.interval), secondsOf(interval) / 3);
      for (const [at, { for: wait, keep_firing_for: keep }] of rules.entries()) {
        const rule = group.rules[at] as Rule;
        assert.equal(rule.for === undefined, wait === undefined);
        if (wait !== undefined) assert.equal(secondsOf(rule.for as string), Math.max(1, secondsOf(wait) / 20));
        if (keep !== undefined)
          assert.equal(secondsOf(rule.keep_firing_for as string), Math.max(1, secondsOf(keep) / 20));
      }
    }
  });

  it("refuse a duration that they do not understand", () => {
    assert.throws(() => secondsOf("1h30m"), /Expected a duration like 5m, got "1h30m"/);
  });
});
