import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { Dollars, PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { chart, stat, table } from "./panels.ts";
import {
  CALL,
  counted,
  countedOrZero,
  MODEL,
  perHour,
  perMinute,
  perRequest,
  perRequestOverTime,
  perSecond,
  quantile,
  quantileOverTime,
  share,
  shareOverTime,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const REQUESTS = `llm_requests_total{${CALL}}`;
const FAILED = `llm_requests_total{${CALL}, status="error"}`;
/** Failed requests have no usage and would hide what the others use. */
const ANSWERED = `llm_requests_total{${CALL}, status!="error"}`;
const DURATION = `llm_request_duration_seconds{${CALL}}`;
const FIRST_TOKEN = `llm_time_to_first_token_seconds{${CALL}}`;
const TOKENS = `llm_tokens_total{${CALL}, type=~"input|output"}`;
const INPUT = `llm_tokens_total{${CALL}, type="input"}`;
const CACHED = `llm_tokens_total{${CALL}, type="cached"}`;
const COST = `llm_cost_usd_total{${CALL}}`;
const UNPRICED = `llm_unpriced_requests_total{${MODEL}}`;

const { llmErrorRatio, responseTimeSeconds, tokensPerRequest, costPerRequestUsd, spendPerHourUsd } = THRESHOLDS;
const ERROR_LEVELS = { warn: llmErrorRatio.target, alert: llmErrorRatio.limit };
const RESPONSE_LEVELS = { warn: responseTimeSeconds.target, alert: responseTimeSeconds.limit };
const TOKEN_LEVELS = { warn: tokensPerRequest.target, alert: tokensPerRequest.limit };
const COST_LEVELS = { warn: costPerRequestUsd.target, alert: costPerRequestUsd.limit };

export const llmCost = (): Dashboard =>
  board("llmCost", {
    description: "What is asked of the models, how they answer, and what it costs.",
    datasources: ["prometheus"],
    variables: [variables.environment(), variables.job(), variables.callingAgent(), variables.model()],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            3,
            stat({
              title: "LLM requests",
              description: "Requests on the wire; a retried request counts each time.",
              unit: Short,
              expr: countedOrZero(REQUESTS),
            }),
          ],
          [
            3,
            stat({
              title: "Failed requests",
              description: "Share of LLM requests that failed. Alert above 10 %.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              expr: share(FAILED, REQUESTS),
            }),
          ],
          [
            3,
            stat({
              title: "Duration, p95",
              description: "One in twenty LLM requests took longer, until the last byte.",
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              expr: quantile(0.95, DURATION),
            }),
          ],
          [
            3,
            stat({
              title: "First token, p95",
              description: "Time to the first chunk of streamed answers.",
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              expr: quantile(0.95, FIRST_TOKEN),
            }),
          ],
          [
            3,
            stat({
              title: "LLM spend",
              description: "What LLM requests cost in the time range, as far as their price is known.",
              unit: Dollars,
              expr: countedOrZero(COST),
            }),
          ],
          [
            3,
            stat({
              title: "Cost per request",
              description: "Average of answered requests. Target 0.01, alert above 0.05 US dollars.",
              unit: Dollars,
              levels: COST_LEVELS,
              expr: perRequest(COST, ANSWERED),
            }),
          ],
          [
            3,
            stat({
              title: "Tokens per request",
              description: "Average of answered requests, input and output. Target 1000, alert above 5000.",
              unit: Short,
              levels: TOKEN_LEVELS,
              expr: perRequest(TOKENS, ANSWERED),
            }),
          ],
          [
            3,
            stat({
              title: "Unpriced requests",
              description: "Requests whose cost is not known: the spend shown is too low by them.",
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
              description: "LLM requests that ended, by model.",
              unit: RequestsPerMinute,
              stacked: true,
              queries: [{ expr: perMinute(REQUESTS, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Duration, p95",
              description: "Duration of LLM requests by model. A dot is one request: click it to open its trace.",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, DURATION, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "First token, p95",
              description: "Time to the first chunk of streamed answers by model.",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, FIRST_TOKEN, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Failed requests",
              description: "Share of LLM requests that failed, by model.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              queries: [{ expr: shareOverTime(FAILED, REQUESTS, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Errors by category",
              description: "Why LLM requests failed.",
              unit: RequestsPerMinute,
              stacked: true,
              exemplars: true,
              queries: [{ expr: perMinute(`llm_errors_total{${MODEL}}`, "category"), legend: "{{category}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Retries and requests in progress",
              description: "Requests that repeat a failed one, a minute, and requests in progress.",
              unit: Short,
              queries: [
                { expr: perMinute(`llm_retries_total{${MODEL}}`), legend: "retries a minute" },
                { expr: `sum(llm_requests_active{${MODEL}})`, legend: "in progress" },
              ],
            }),
          ],
        ],
      },
      {
        title: "Tokens",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Tokens by type",
              description:
                "Tokens a minute. Cached is part of input, reasoning part of output, so the lines are not stacked.",
              unit: Short,
              queries: [{ expr: perMinute(`llm_tokens_total{${CALL}}`, "type"), legend: "{{type}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Tokens per request",
              description: "Average of answered requests, input and output, by model.",
              unit: Short,
              levels: TOKEN_LEVELS,
              queries: [{ expr: perRequestOverTime(TOKENS, ANSWERED, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Input from the provider's cache",
              description: "Share of input tokens that the provider had cached, by model: they cost less.",
              unit: PercentUnit,
              queries: [{ expr: shareOverTime(CACHED, INPUT, "model"), legend: "{{model}}" }],
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
              description:
                "Rate of spending in US dollars an hour, by model. The alert looks at all programs together.",
              unit: Dollars,
              stacked: true,
              levels: { alert: spendPerHourUsd.limit },
              exemplars: true,
              queries: [{ expr: perHour(COST, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Cost per request",
              description: "Average of answered requests in US dollars, by model.",
              unit: Dollars,
              levels: COST_LEVELS,
              exemplars: true,
              queries: [{ expr: perRequestOverTime(COST, ANSWERED, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Unpriced requests",
              description: "Requests whose cost is not known, by model and reason.",
              unit: RequestsPerMinute,
              queries: [{ expr: `60 * ${perSecond(UNPRICED, "model", "reason")}`, legend: "{{model}}: {{reason}}" }],
            }),
          ],
          [
            24,
            table({
              title: "Who spends it",
              description: "Every agent and model in the time range.",
              rows: { agent: "Agent", provider: "Provider", model: "Model" },
              columns: [
                { title: "Requests", unit: Short, expr: counted(REQUESTS, "agent", "provider", "model") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: ERROR_LEVELS,
                  expr: share(FAILED, REQUESTS, "agent", "provider", "model"),
                },
                { title: "p95", unit: Seconds, expr: quantile(0.95, DURATION, "agent", "provider", "model") },
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
            }),
          ],
        ],
      },
    ],
  });
