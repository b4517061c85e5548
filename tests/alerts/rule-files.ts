import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

export const ALERTS_FOLDER = new URL("../../alerts/", import.meta.url);

export type Rule = {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};
export type Alert = Rule & {
  readonly alert: string;
  readonly file: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};
type RuleFile = { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] };

export type Scenario = { readonly name: string; readonly alert: string; readonly fires: boolean };
type TestFile = {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly { readonly exp_annotations?: Readonly<Record<string, string>> }[];
    }[];
  }[];
};

const yamlFiles = (folder: URL): string[] => readdirSync(folder).filter((name) => name.endsWith(".yml"));
const load = (name: string, folder: URL): unknown => parse(readFileSync(new URL(name, folder), "utf8"));

export const ruleFiles = (): string[] => yamlFiles(ALERTS_FOLDER);

export const loadRules = (): (Rule & { readonly file: string })[] =>
  ruleFiles().flatMap((file) =>
    (load(file, ALERTS_FOLDER) as RuleFile).groups.flatMap(({ rules }) => rules.map((rule) => ({ ...rule, file }))),
  );

export const loadAlerts = (): Alert[] => loadRules().filter((rule): rule is Alert => rule.alert !== undefined);

const TESTS_FOLDER = new URL("tests/", ALERTS_FOLDER);
export const testFiles = (): string[] => yamlFiles(TESTS_FOLDER);

/** What the promtool tests expect of which alert, one entry for each moment looked at. */
export const loadScenarios = (): (Scenario & { readonly annotated: boolean })[] =>
  testFiles().flatMap((file) =>
    (load(file, TESTS_FOLDER) as TestFile).tests.flatMap(({ name, alert_rule_test }) =>
      alert_rule_test.map(({ alertname, exp_alerts }) => ({
        name,
        alert: alertname,
        fires: exp_alerts.length > 0,
        annotated: exp_alerts.every(({ exp_annotations }) => Object.keys(exp_annotations ?? {}).length > 0),
      })),
    ),
  );
