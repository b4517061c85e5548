import { counted, countedAbove, quantile, ratio } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { beyond, THRESHOLDS } from "./thresholds.ts";

const ROUTE = [...PROCESS, "http_route"];
/** Probes: a 503 of theirs is an answer, and HealthCheckFailing tells of it. */
const NO_PROBE = 'http_route!~"/(healthz|readyz|livez|metrics)"';
const API = { uid: "ao-api", variables: { job: "job" } };
const { apiErrorRatio, apiLatencySeconds } = THRESHOLDS;

/** What programs serve. */
export const api: RuleFile = {
  name: "api",
  groups: [
    {
      name: "api",
      interval: "30s",
      rules: [
        {
          record: "job_route:http_server_requests:count5m",
          expr: counted(`http_server_request_duration_seconds_count{${NO_PROBE}}`, "5m", ROUTE),
        },
        {
          record: "job_route:http_server_request_errors:count5m",
          expr: counted(
            `http_server_request_duration_seconds_count{${NO_PROBE}, http_response_status_code=~"5.."}`,
            "5m",
            ROUTE,
          ),
        },
        {
          record: "job_route:http_server_request_errors:ratio5m",
          expr: ratio("job_route:http_server_request_errors:count5m", "job_route:http_server_requests:count5m"),
        },
        {
          record: "job_route:http_server_request_duration_seconds:p99_10m",
          expr: quantile(0.99, "http_server_request_duration_seconds", "10m", ROUTE),
        },
        {
          record: "job_route:http_server_requests_slow:count10m",
          expr: countedAbove("http_server_request_duration_seconds", "", apiLatencySeconds.limit, "10m", ROUTE),
        },
        {
          alert: "ApiErrorRateHigh",
          expr: `${beyond("job_route:http_server_request_errors:ratio5m", ">", apiErrorRatio)}\nand\njob_route:http_server_request_errors:count5m >= 3`,
          for: "5m",
          keepFiringFor: "5m",
          severity: "page",
          summary: "An endpoint fails more than 5 % of its requests",
          description:
            "{{ $value | humanizePercentage }} of the requests to {{ $labels.http_route }} of {{ $labels.job }} were answered with a server error in the last 5 minutes.",
          dashboard: API,
        },
        {
          comment:
            "Endpoints that wait for an agent answer as slowly as it does: give them a limit of their own in alerts/source/thresholds.ts.",
          alert: "ApiLatencyHigh",
          expr: `${beyond("job_route:http_server_request_duration_seconds:p99_10m", ">", apiLatencySeconds)}\nand\njob_route:http_server_requests_slow:count10m >= 3`,
          for: "10m",
          severity: "ticket",
          summary: "An endpoint answers too slowly",
          description: `One in a hundred requests to {{ $labels.http_route }} of {{ $labels.job }} takes longer than {{ $value | humanizeDuration }} (p99 over 10 minutes). The limit is ${apiLatencySeconds.limit} s, in development ${apiLatencySeconds.development} s.`,
          dashboard: API,
        },
      ],
    },
  ],
};
