import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { EventsPerMinute, PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedCell, clickedLabel, toLogs, toTraces } from "./data-links.ts";
import { chart, logs as logLines, stat, table } from "./panels.ts";
import { counted, countedOrZero, PROCESS, perMinute, share } from "./promql.ts";
import * as variables from "./variables.ts";

const ERRORS = `errors_total{${PROCESS}}`;
const RETRIES = `retry_outcomes_total{${PROCESS}}`;
const GIVEN_UP = `retry_outcomes_total{${PROCESS}, outcome="exhausted"}`;
const PATTERNS = `error_pattern_matches_total{${PROCESS}}`;
const NOTIFICATIONS = `error_pattern_notifications_total{${PROCESS}}`;
const LEFT_OUT = `agent_observatory_log_lines_left_out_total{${PROCESS}}`;

const STREAM = '{service_name=~"$service"}';
const ENVIRONMENT = 'deployment_environment_name=~"$environment"';
const LINES = `${STREAM} | ${ENVIRONMENT}`;
const KINDS = `${STREAM} |= "agent_observatory.error:" | ${ENVIRONMENT}`;
const TROUBLE = `${STREAM} | detected_level=~"warn|error|fatal|critical" | ${ENVIRONMENT}`;

/** Log lines of `query` a minute, by one of their labels. */
const linesPerMinute = (query: string, label: string): string => `60 * sum by (${label}) (rate(${query} [$__auto]))`;

const toErrors = (category: string) => [
  toLogs("Log records of these errors", `${KINDS} | agent_observatory_error_category="${category}"`),
  toTraces("Traces with these errors", { tags: `agent_observatory.error.category=${category}` }),
];

export const logs = (): Dashboard =>
  board("logs", {
    description: "What went wrong, how often, where, and what do the programs say about it?",
    datasources: ["prometheus", "loki", "jaeger"],
    variables: [variables.environment(), variables.job(), variables.service(), variables.tracedService()],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            5,
            stat({
              title: "Errors",
              description:
                "Errors in the time range, each counted once, whoever else saw it. What they are is shown below.",
              unit: Short,
              expr: countedOrZero(ERRORS),
            }),
          ],
          [
            5,
            stat({
              title: "Critical errors",
              description:
                "Errors that nobody caught, or that a logger calls fatal: a process may have ended. Look at their log records below.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(`errors_total{${PROCESS}, severity="critical"}`),
            }),
          ],
          [
            5,
            stat({
              title: "Patterns matched",
              description:
                "Times that so many errors of a configured pattern came together. One is worth a look at which, below.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(PATTERNS),
            }),
          ],
          [
            5,
            stat({
              title: "Given up after retries",
              description:
                "Share of calls of retry() that had no attempt or time left. If it rises, the other side is down longer than the retries last.",
              unit: PercentUnit,
              expr: share(GIVEN_UP, RETRIES),
            }),
          ],
          [
            4,
            stat({
              title: "Log lines left out",
              description: "Log lines that sampling did not write. If a line is missing below, this is why.",
              unit: Short,
              expr: countedOrZero(LEFT_OUT),
            }),
          ],
        ],
      },
      {
        title: "Errors",
        height: 9,
        panels: [
          [
            10,
            chart({
              title: "Errors by category",
              description:
                "Errors a minute. Network, api and rate_limit are the other side's trouble, internal is the program's own. Click a category for its log records and traces.",
              unit: EventsPerMinute,
              stacked: true,
              exemplars: true,
              links: toErrors(clickedLabel("category")),
              queries: [{ expr: perMinute(ERRORS, "category"), legend: "{{category}}" }],
            }),
          ],
          [
            14,
            table({
              title: "Where errors come from",
              description:
                "By category, severity and who saw it first. An agent or workflow that fails because of its tool is not counted again. Click a category for its log records and traces.",
              rows: { category: "Category", job: "Program", source: "Seen by", severity: "Severity" },
              columns: [
                { title: "Errors", unit: Short, expr: counted(ERRORS, "category", "job", "source", "severity") },
                {
                  title: "A minute, now",
                  unit: EventsPerMinute,
                  expr: perMinute(ERRORS, "category", "job", "source", "severity"),
                },
              ],
              links: toErrors(clickedCell("Category")),
            }),
          ],
        ],
      },
      {
        title: "Logs",
        height: 8,
        panels: [
          [
            12,
            chart({
              title: "Log lines by level",
              description:
                "Lines a minute. A rise of warn before error tells when it began; debug that should not be there costs storage.",
              source: "loki",
              unit: EventsPerMinute,
              stacked: true,
              links: [
                toLogs(
                  "Lines of this level",
                  `${STREAM} | detected_level="${clickedLabel("detected_level")}" | ${ENVIRONMENT}`,
                ),
              ],
              queries: [{ expr: linesPerMinute(LINES, "detected_level"), legend: "{{detected_level}}" }],
            }),
          ],
          [
            12,
            chart({
              title: "Log lines by program",
              description:
                "Lines a minute. One that falls to nothing has stopped or lost its connection; one that jumps is in a loop.",
              source: "loki",
              unit: EventsPerMinute,
              stacked: true,
              links: [
                toLogs("Lines of this program", `{service_name="${clickedLabel("service_name")}"} | ${ENVIRONMENT}`),
              ],
              queries: [{ expr: linesPerMinute(LINES, "service_name"), legend: "{{service_name}}" }],
            }),
          ],
          [
            12,
            logLines({
              title: "New kinds of errors and bursts",
              description:
                "One record for the first error of its kind and for each burst of it. Open a line: its fingerprint finds the others of its kind, its trace shows where it happened.",
              expr: KINDS,
            }),
          ],
          [
            12,
            logLines({
              title: "Warnings and errors",
              description:
                "What the programs say. Open a line and follow its trace id to the trace that it belongs to.",
              expr: TROUBLE,
            }),
          ],
        ],
      },
      {
        title: "Retries, patterns, sampling",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Calls of retry() by outcome",
              description:
                "A minute. Recovered ones hide trouble of the other side; exhausted and refused ones reach your users.",
              unit: EventsPerMinute,
              stacked: true,
              queries: [{ expr: perMinute(RETRIES, "outcome"), legend: "{{outcome}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Error patterns",
              description:
                "Matches a minute by pattern, and what became of their notifications. Failed: look whether the webhook answers.",
              unit: EventsPerMinute,
              queries: [
                { expr: perMinute(PATTERNS, "pattern"), legend: "{{pattern}}" },
                { expr: perMinute(NOTIFICATIONS, "outcome"), legend: "notification {{outcome}}" },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Log lines left out",
              description:
                "Lines a minute that sampling did not write, by level and by what did. Too many bursts: raise LOG_SAMPLE_BURST, or log less in that loop.",
              unit: EventsPerMinute,
              stacked: true,
              queries: [{ expr: perMinute(LEFT_OUT, "level", "reason"), legend: "{{level}}: {{reason}}" }],
            }),
          ],
        ],
      },
    ],
  });
