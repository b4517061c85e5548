import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { Dollars, PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedCell, clickedLabel, toBoard, toTraces } from "./data-links.ts";
import { levelsOf, percent } from "./levels.ts";
import { chart, stat, table } from "./panels.ts";
import {
  CALL,
  counted,
  countedAmong,
  countedOrZero,
  MODEL,
  PROCESS,
  perHour,
  perMinute,
  perRequest,
  quantile,
  quantileOverTime,
  share,
  shareOverTime,
  where,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const REQUESTS = `llm_requests_total{${CALL}}`;
const FAILED = where(REQUESTS, 'status="error"');
/** Failed requests have no usage and would hide what the others use. */
const ANSWERED = where(REQUESTS, 'status!="error"');
const DURATION = `llm_request_duration_seconds{${CALL}}`;
const FIRST_TOKEN = `llm_time_to_first_token_seconds{${CALL}}`;
const TOKENS = `llm_tokens_total{${CALL}, type=~"input|output"}`;
const COST = `llm_cost_usd_total{${CALL}}`;
const BUDGETS = `max by (budget) (budget_used_ratio{${PROCESS}})`;
const UNPRICED = `llm_unpriced_requests_total{${MODEL}}`;

const { llmErrorRatio, llmResponseTimeSeconds, tokensPerRequest, costPerRequestUsd, spendPerHourUsd, budgetUsedRatio } =
  THRESHOLDS;
const ERROR_LEVELS = levelsOf(llmErrorRatio);
const RESPONSE_LEVELS = levelsOf(llmResponseTimeSeconds);
const TOKEN_LEVELS = levelsOf(tokensPerRequest);
const COST_LEVELS = levelsOf(costPerRequestUsd);

const tracesOf = (model: string) => [
  toTraces("Failed requests", { tags: `error=true gen_ai.request.model="${model}"` }),
  toTraces("All requests", { tags: `gen_ai.request.model="${model}"` }),
];

export const llmCost = (): Dashboard =>
  board("llmCost", {
    description: "What is asked of the models, how do they answer, and what does it cost?",
    datasources: ["prometheus", "jaeger"],
    variables: [
      variables.environment(),
      variables.job(),
      variables.callingAgent(),
      variables.model(),
      variables.tracedService(),
    ],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            4,
            stat({
              title: "LLM requests",
              description:
                "Requests on the wire; a retried request counts each time. Many more than before for as many runs: retries, a loop, or a new prompt.",
              unit: Short,
              expr: countedOrZero(REQUESTS),
            }),
          ],
          [
            4,
            stat({
              title: "Failed requests",
              description: `Share of LLM requests that failed. Alert above ${percent(llmErrorRatio.limit)} at one model: the categories below tell whether to wait, to pay or to mend.`,
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              expr: share(FAILED, REQUESTS),
            }),
          ],
          [
            4,
            stat({
              title: "Duration, p95",
              description: `One in twenty LLM requests took longer until the last byte. Alert above ${llmResponseTimeSeconds.limit} s at one model.`,
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              expr: quantile(0.95, DURATION),
            }),
          ],
          [
            4,
            stat({
              title: "LLM spend",
              description:
                "What LLM requests cost in the time range, as far as their price is known. The table tells who spends it.",
              unit: Dollars,
              expr: countedOrZero(COST),
            }),
          ],
          [
            4,
            stat({
              title: "Cost per request",
              description: `Average of answered requests. Target ${costPerRequestUsd.target}, alert above ${costPerRequestUsd.limit} US dollars: a smaller model, fewer tokens, the provider's cache.`,
              unit: Dollars,
              levels: COST_LEVELS,
              expr: perRequest(COST, ANSWERED),
            }),
          ],
          [
            4,
            stat({
              title: "Unpriced requests",
              description:
                "Requests whose cost is not known: the spend shown is too low by them. Give their model a price (docs/costs.md).",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(UNPRICED),
            }),
          ],
        ],
      },
      {
        title: "Requests",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Requests",
              description: "LLM requests that ended, by model. Click a line for its traces.",
              unit: RequestsPerMinute,
              stacked: true,
              links: tracesOf(clickedLabel("model")),
              queries: [{ expr: perMinute(REQUESTS, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Failed requests by model",
              description:
                "Share of LLM requests that failed. One model: its limits. All of a provider: the provider, see its status page.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              links: tracesOf(clickedLabel("model")),
              queries: [{ expr: shareOverTime(FAILED, REQUESTS, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Errors by category",
              description:
                "Why LLM requests failed. rate_limit: ask for more or send less. auth: the key. validation: our own request.",
              unit: RequestsPerMinute,
              stacked: true,
              exemplars: true,
              links: [toBoard("What the logs say", "logs", { keep: ["environment", "job"] })],
              queries: [{ expr: perMinute(`llm_errors_total{${MODEL}}`, "category"), legend: "{{category}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Duration by model, p95",
              description: "Until the last byte. A dot is one request: click it to open its trace.",
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              exemplars: true,
              links: tracesOf(clickedLabel("model")),
              queries: [{ expr: quantileOverTime(0.95, DURATION, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "First token, p95",
              description:
                "Time to the first chunk of streamed answers, by model. Long with a short duration: the queue of the provider.",
              unit: Seconds,
              exemplars: true,
              links: tracesOf(clickedLabel("model")),
              queries: [{ expr: quantileOverTime(0.95, FIRST_TOKEN, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Retries, fallbacks, in progress",
              description:
                "Requests a minute that repeat a failed one or go to another model instead, and requests in progress. Retries that stay: fix their cause above.",
              unit: Short,
              queries: [
                { expr: perMinute(`llm_retries_total{${MODEL}}`), legend: "retries" },
                { expr: perMinute(`llm_fallbacks_total{${MODEL}}`, "from", "model"), legend: "{{from}} → {{model}}" },
                { expr: `sum(llm_requests_active{${MODEL}})`, legend: "in progress" },
              ],
            }),
          ],
        ],
      },
      {
        title: "Cost",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Spend",
              description: `US dollars an hour, by model. Alert above ${spendPerHourUsd.limit} in an hour, all programs of an environment together.`,
              unit: Dollars,
              stacked: true,
              levels: levelsOf(spendPerHourUsd),
              exemplars: true,
              links: [toBoard("The providers' caches", "cache", { keep: ["environment", "job"] })],
              queries: [{ expr: perHour(COST, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Tokens by type",
              description:
                "Tokens a minute; cached is part of input, reasoning part of output. Input grows with history: shorten or summarize it.",
              unit: Short,
              queries: [{ expr: perMinute(`llm_tokens_total{${CALL}}`, "type"), legend: "{{type}}" }],
            }),
          ],
          [
            8,
            table({
              title: "Budgets",
              description: `How full each budget is, how often its limit was reached and how many calls it stopped. Alert above ${percent(budgetUsedRatio.limit)}: raise it or stop what eats it.`,
              rows: { budget: "Budget" },
              columns: [
                {
                  title: "Used",
                  unit: PercentUnit,
                  levels: levelsOf(budgetUsedRatio),
                  expr: BUDGETS,
                },
                {
                  title: "Exceeded",
                  unit: Short,
                  expr: countedAmong(`budget_exceeded_total{${PROCESS}}`, BUDGETS, "budget"),
                },
                {
                  title: "Blocked",
                  unit: Short,
                  expr: countedAmong(`budget_blocked_calls_total{${PROCESS}}`, BUDGETS, "budget"),
                },
              ],
            }),
          ],
          [
            24,
            table({
              title: "Who spends it",
              description:
                "Every agent and model in the time range; none is a call outside any agent. Sort by cost, then look at tokens per request.",
              rows: { model: "Model", agent: "Agent", provider: "Provider" },
              columns: [
                { title: "Requests", unit: Short, expr: counted(REQUESTS, "agent", "provider", "model") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: ERROR_LEVELS,
                  expr: share(FAILED, REQUESTS, "agent", "provider", "model"),
                },
                {
                  title: "p95",
                  unit: Seconds,
                  levels: RESPONSE_LEVELS,
                  expr: quantile(0.95, DURATION, "agent", "provider", "model"),
                },
                { title: "Tokens", unit: Short, expr: counted(TOKENS, "agent", "provider", "model") },
                {
                  title: "Tokens per request",
                  unit: Short,
                  levels: TOKEN_LEVELS,
                  expr: perRequest(TOKENS, ANSWERED, "agent", "provider", "model"),
                },
                { title: "Cost", unit: Dollars, expr: counted(COST, "agent", "provider", "model") },
                {
                  title: "Cost per request",
                  unit: Dollars,
                  levels: COST_LEVELS,
                  expr: perRequest(COST, ANSWERED, "agent", "provider", "model"),
                },
              ],
              links: [
                ...tracesOf(clickedCell("Model")),
                toBoard("What the agent does", "orchestration", {
                  keep: ["environment", "job"],
                  set: { agent: clickedCell("Agent") },
                }),
              ],
            }),
          ],
        ],
      },
    ],
  });
