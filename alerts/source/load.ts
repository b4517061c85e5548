import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** The files as they are committed, which is what both runtimes read. */
export const ALERTS_FOLDER = new URL("../", import.meta.url);
const TESTS_FOLDER = new URL("tests/", ALERTS_FOLDER);
const RUNBOOKS_FOLDER = new URL("runbooks/", ALERTS_FOLDER);

type Labels = Readonly<Record<string, string>>;
export type LoadedRule = {
  readonly file: string;
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
};
export type LoadedAlert = LoadedRule & {
  readonly alert: string;
  readonly labels: Labels;
  readonly annotations: Labels;
};
type RuleFile = { readonly groups: readonly { readonly name: string; readonly rules: readonly LoadedRule[] }[] };

/** What a unit test expects of an alert at one moment. */
export type Scenario = {
  readonly name: string;
  readonly alert: string;
  readonly fires: boolean;
  /** Of the alerts that fire. */
  readonly labels: readonly Labels[];
  readonly annotated: boolean;
};
type TestFile = {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly { readonly exp_labels?: Labels; readonly exp_annotations?: Labels }[];
    }[];
  }[];
};

const yamlFiles = (folder: URL): string[] => readdirSync(folder).filter((name) => name.endsWith(".yml"));
const load = (name: string, folder: URL): unknown => parse(readFileSync(new URL(name, folder), "utf8"));

export const ruleFiles = (): string[] => yamlFiles(ALERTS_FOLDER);
export const testFiles = (): string[] => yamlFiles(TESTS_FOLDER);

export const loadRules = (): LoadedRule[] =>
  ruleFiles().flatMap((file) =>
    (load(file, ALERTS_FOLDER) as RuleFile).groups.flatMap(({ rules }) => rules.map((rule) => ({ ...rule, file }))),
  );

export const loadAlerts = (): LoadedAlert[] =>
  loadRules().filter((rule): rule is LoadedAlert => rule.alert !== undefined);

export const loadScenarios = (): Scenario[] =>
  testFiles().flatMap((file) =>
    (load(file, TESTS_FOLDER) as TestFile).tests.flatMap(({ name, alert_rule_test: moments = [] }) =>
      moments.map(({ alertname, exp_alerts: expected }) => ({
        name,
        alert: alertname,
        fires: expected.length > 0,
        labels: expected.map(({ exp_labels: labels }) => labels ?? {}),
        annotated: expected.every(({ exp_annotations: texts }) => Object.keys(texts ?? {}).length > 0),
      })),
    ),
  );

export const loadRunbooks = (): Map<string, string> =>
  new Map(readdirSync(RUNBOOKS_FOLDER).map((name) => [name, readFileSync(new URL(name, RUNBOOKS_FOLDER), "utf8")]));
