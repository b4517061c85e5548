import { createHash } from "node:crypto";
import { formatFloat, parseBoolean, parseInteger, quote } from "../gotext/index.ts";
import type { AlertingRuleStatus, AlertStatus, RuleGroupState, RuleStatus } from "../rules/index.ts";
import { matchesAll } from "../signals/index.ts";
import { notFound, respondPlain } from "./answer.ts";
import { labelsJson } from "./labels-json.ts";
import { ParseError } from "./parse-error.ts";
import { parseSelectors } from "./prometheus/catalog.ts";
import { errorResponse, inParameter } from "./prometheus/error.ts";
import { success } from "./prometheus/response.ts";
import type { Api, ApiResponse } from "./request.ts";
import { jsonTime } from "./times.ts";

export type RulesApiOptions = {
  readonly groups: () => readonly RuleGroupState[];
  /** URLs of the Alertmanagers that alerts are sent to. */
  readonly alertmanagers?: () => readonly string[];
};

const NEVER = "0001-01-01T00:00:00Z";

const timeJson = (ms: number | undefined): string => JSON.stringify(ms === undefined ? NEVER : jsonTime(ms));
const seconds = (ms: number): number => ms / 1000;

function alertJson({ labels, annotations, state, activeAtMs, keepFiringSinceMs, value }: AlertStatus): string {
  const keep = keepFiringSinceMs === undefined ? "" : `,"keepFiringSince":${timeJson(keepFiringSinceMs)}`;
  return (
    `{"labels":${labelsJson(labels)},"annotations":${labelsJson(annotations)},"state":"${state}",` +
    `"activeAt":${timeJson(activeAtMs)}${keep},"value":"${formatFloat(value, "e", -1)}"}`
  );
}

const evaluationJson = ({ health, lastError, evaluationTimeMs, lastEvaluationMs, type }: RuleStatus): string =>
  `"health":"${health}",${lastError === undefined ? "" : `"lastError":${JSON.stringify(lastError)},`}` +
  `"evaluationTime":${seconds(evaluationTimeMs)},"lastEvaluation":${timeJson(lastEvaluationMs)},"type":"${type}"`;

const nameJson = ({ name, query }: RuleStatus): string =>
  `"name":${JSON.stringify(name)},"query":${JSON.stringify(query)}`;

const alertingJson = (rule: AlertingRuleStatus, hasAlerts: boolean): string =>
  `{"state":"${rule.state}",${nameJson(rule)},"duration":${seconds(rule.forMs)},` +
  `"keepFiringFor":${seconds(rule.keepFiringForMs)},"labels":${labelsJson(rule.labels)},` +
  `"annotations":${labelsJson(rule.annotations)},` +
  `"alerts":${hasAlerts ? `[${rule.alerts.map(alertJson).join(",")}]` : "null"},${evaluationJson(rule)}}`;

const ruleJson = (rule: RuleStatus, hasAlerts: boolean): string =>
  rule.type === "alerting"
    ? alertingJson(rule, hasAlerts)
    : `{${nameJson(rule)},"labels":${labelsJson(rule.labels)},${evaluationJson(rule)}}`;

const groupJson = (group: RuleGroupState, rules: readonly RuleStatus[], hasAlerts: boolean): string =>
  `{"name":${JSON.stringify(group.name)},"file":${JSON.stringify(group.file)},` +
  `"rules":[${rules.map((rule) => ruleJson(rule, hasAlerts)).join(",")}],"interval":${seconds(group.intervalMs)},` +
  `"limit":${group.limit},"evaluationTime":${seconds(group.evaluationTimeMs)},` +
  `"lastEvaluation":${timeJson(group.lastEvaluationMs)}}`;

const TYPES: Readonly<Record<string, readonly RuleStatus["type"][]>> = {
  "": ["alerting", "recording"],
  alert: ["alerting"],
  record: ["recording"],
};

function parseTypes(params: URLSearchParams): readonly RuleStatus["type"][] {
  const type = (params.get("type") ?? "").toLowerCase();
  const types = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  return inParameter("type", () => {
    if (types === undefined) throw new ParseError(`not supported value ${quote(type)}`);
    return types;
  });
}

function parseHasAlerts(params: URLSearchParams): boolean {
  const text = (params.get("exclude_alerts") ?? "").toLowerCase();
  if (text === "") return true;
  return inParameter("exclude_alerts", () => {
    const excludes = parseBoolean(text);
    if (typeof excludes === "string") throw new ParseError(`error converting exclude_alerts: ${excludes}`);
    return !excludes;
  });
}

/** How many groups, from which on; undefined: all. */
type Page = { readonly size: number; readonly from: string };

function parsePage(params: URLSearchParams): Page | undefined {
  const [size, from] = [params.get("group_limit") ?? "", params.get("group_next_token") ?? ""];
  if (size === "") {
    return inParameter("group_next_token", () => {
      if (from === "") return undefined;
      throw new ParseError("group_limit needs to be present in order to paginate over the groups");
    });
  }
  return inParameter("group_limit", () => {
    const groups = parseInteger(size, "ParseInt", 32);
    if (typeof groups === "string") throw new ParseError(`group_limit needs to be a valid number: ${groups}`);
    if (groups <= 0n) throw new ParseError("group_limit needs to be greater than 0");
    return { size: Number(groups), from };
  });
}

const tokenOf = ({ file, name }: RuleGroupState): string =>
  createHash("sha256").update(`${file};${name}`).digest("hex");

const oneOf = (params: URLSearchParams, name: string): ((value: string) => boolean) => {
  const wanted = new Set(params.getAll(name));
  return (value) => wanted.size === 0 || wanted.has(value);
};

/** `/api/v1/rules`. */
function answerRules(params: URLSearchParams, all: readonly RuleGroupState[]): ApiResponse {
  const selectors = parseSelectors(params);
  const types = parseTypes(params);
  const hasAlerts = parseHasAlerts(params);
  const page = parsePage(params);
  const [isName, isGroup, isFile] = [
    oneOf(params, "rule_name[]"),
    oneOf(params, "rule_group[]"),
    oneOf(params, "file[]"),
  ];
  const isSelected = (rule: RuleStatus): boolean =>
    types.includes(rule.type) &&
    isName(rule.name) &&
    (selectors.length === 0 || selectors.some((matchers) => matchesAll(matchers, rule.labels)));

  const first = page === undefined || page.from === "" ? 0 : all.findIndex((group) => tokenOf(group) === page.from);
  if (page !== undefined && first < 0) {
    return inParameter("group_next_token", () => {
      throw new ParseError(`invalid group_next_token '${page.from}'. were rule groups changed?`);
    });
  }
  const groups: string[] = [];
  let next = "";
  for (const group of all.slice(first)) {
    if (!isGroup(group.name) || !isFile(group.file)) continue;
    const rules = group.rules.filter(isSelected);
    if (rules.length === 0) continue;
    if (groups.length === page?.size) {
      next = `,"groupNextToken":"${tokenOf(group)}"`;
      break;
    }
    groups.push(groupJson(group, rules, hasAlerts));
  }
  return success(`{"groups":[${groups.join(",")}]${next}}`);
}

/** `/api/v1/alerts`: pending and firing ones of all rules. */
function answerAlerts(groups: readonly RuleGroupState[]): ApiResponse {
  const alerts = groups.flatMap(({ rules }) => rules.flatMap((rule) => (rule.type === "alerting" ? rule.alerts : [])));
  return success(`{"alerts":[${alerts.map(alertJson).join(",")}]}`);
}

const RULES = "/api/v1/rules";
const ALERTS = "/api/v1/alerts";
const ALERTMANAGERS = "/api/v1/alertmanagers";
const PATHS = new Set([RULES, ALERTS, ALERTMANAGERS]);

/** What of Prometheus' API tells about rules: it asks no store, but whoever evaluates them. To be asked before the query API. */
export function createRulesApi({ groups, alertmanagers = () => [] }: RulesApiOptions): Api {
  return {
    handles: (path) => PATHS.has(path),
    handle: ({ method, path, params }) => {
      if (!PATHS.has(path)) return notFound();
      if (method === "OPTIONS") return { status: 204, headers: {}, body: "" };
      if (method !== "GET") return respondPlain(405, "Method Not Allowed\n");
      try {
        if (path === RULES) return answerRules(params, groups());
        if (path === ALERTS) return answerAlerts(groups());
        const active = alertmanagers().map((url) => ({ url }));
        return success(JSON.stringify({ activeAlertmanagers: active, droppedAlertmanagers: [] }));
      } catch (error) {
        return errorResponse(error);
      }
    },
  };
}
