import { counted, ratio } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { beyond, THRESHOLDS } from "./thresholds.ts";

const TOOL = [...PROCESS, "tool"];
const METHOD = [...PROCESS, "mcp_method_name"];
const BOARD = { uid: "ao-tools", variables: { job: "job" } };
const { toolSuccessRatio, mcpErrorRatio } = THRESHOLDS;

export const tools: RuleFile = {
  name: "tools",
  groups: [
    {
      name: "tools",
      interval: "30s",
      rules: [
        { record: "job_tool:agent_tool_calls:count30m", expr: counted("agent_tool_calls_total", "30m", TOOL) },
        {
          record: "job_tool:agent_tool_call_errors:count30m",
          expr: counted('agent_tool_calls_total{status="error"}', "30m", TOOL),
        },
        {
          record: "job_method:mcp_client_operations:count10m",
          expr: counted("mcp_client_operation_duration_seconds_count", "10m", METHOD),
        },
        {
          record: "job_method:mcp_client_operation_errors:count10m",
          expr: counted('mcp_client_operation_duration_seconds_count{error_type!=""}', "10m", METHOD),
        },
        {
          record: "job_method:mcp_client_operation_errors:ratio10m",
          expr: ratio("job_method:mcp_client_operation_errors:count10m", "job_method:mcp_client_operations:count10m"),
        },
        {
          alert: "ToolSuccessRateLow",
          expr: [
            `1 - ${ratio("job_tool:agent_tool_call_errors:count30m", "job_tool:agent_tool_calls:count30m")} < ${toolSuccessRatio.limit}`,
            "and",
            "job_tool:agent_tool_call_errors:count30m >= 3",
          ].join("\n"),
          for: "5m",
          severity: "ticket",
          summary: "Tool calls fail",
          description:
            "Only {{ $value | humanizePercentage }} of the calls to tool {{ $labels.tool }} of {{ $labels.job }} succeeded in the last 30 minutes. The target is above 95 %, the limit 90 %.",
          dashboard: BOARD,
        },
        {
          alert: "McpErrorRateHigh",
          expr: `${beyond("job_method:mcp_client_operation_errors:ratio10m", ">", mcpErrorRatio)}\nand\njob_method:mcp_client_operation_errors:count10m >= 3`,
          for: "5m",
          keepFiringFor: "5m",
          severity: "ticket",
          summary: "Requests to MCP servers fail",
          description:
            "{{ $value | humanizePercentage }} of the {{ $labels.mcp_method_name }} requests of {{ $labels.job }} to MCP servers failed in the last 10 minutes.",
          dashboard: BOARD,
        },
      ],
    },
  ],
};
