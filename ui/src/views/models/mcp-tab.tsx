import type { ReactNode } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { Link } from "../../app/link.tsx";
import type { Row } from "../../measures/answer.ts";
import { useRows } from "../../measures/ask-measures.ts";
import { Asked, Card, type Column, Empty, Table, Tag } from "../../parts/parts.tsx";
import { countColumn, secondsColumn, shareColumn } from "./amounts.tsx";
import css from "./models.module.css";
import { MCP, MCP_KEYS, type McpColumn } from "./questions.ts";

const SIDES: Readonly<Record<string, string>> = { client: "asks", server: "answers" };

const COLUMNS: readonly Column<Row<McpColumn>>[] = [
  {
    title: "Method",
    by: ({ labels }) => labels["mcp_method_name"] ?? "",
    show: ({ labels: { mcp_method_name: method = "" } }) => (
      <span className={css.name}>
        <Link to="/traces" params={{ attribute: `mcp.method.name=${method}` }}>
          {method}
        </Link>
      </span>
    ),
  },
  {
    title: "Tool",
    by: ({ labels }) => labels["gen_ai_tool_name"] ?? "",
    show: ({ labels: { gen_ai_tool_name: tool = "" } }) =>
      tool === "" || tool === "none" ? (
        <span className={css.faint}>–</span>
      ) : (
        <Link to="/traces" params={{ tool }}>
          {tool}
        </Link>
      ),
  },
  {
    title: "Program",
    by: ({ labels }) => labels["job"] ?? "",
    show: ({ labels: { job = "", side = "" } }) => (
      <span className={css.categories}>
        <Link to="/logs" params={{ query: `{service_name=${JSON.stringify(job.replace(/^.*\//, ""))}}` }}>
          {job}
        </Link>
        <Tag>{SIDES[side] ?? side}</Tag>
      </span>
    ),
  },
  countColumn("Requests", "requests"),
  shareColumn("Failed", "failedShare", THRESHOLDS.mcpErrorRatio),
  secondsColumn("p50", "p50"),
  secondsColumn("p95", "p95"),
];

/** Requests to MCP servers, as those who ask and those who answer see them. */
export function McpTab(): ReactNode {
  const rows = useRows(MCP, MCP_KEYS);
  return (
    <Card title="MCP" description="Slow only at the one who asks: it is the network, or a queue.">
      <Asked answer={rows} what="MCP was not answered." height={240}>
        {(all) => {
          const shown = all.filter(({ of }) => (of.requests ?? 0) > 0);
          if (shown.length === 0) {
            return (
              <Empty title="No MCP server was asked in this time">
                <p>Clients and servers of the MCP SDK are seen by themselves where the program is preloaded.</p>
              </Empty>
            );
          }
          return (
            <Table label="All methods" rows={shown} columns={COLUMNS} keyOf={({ id }) => id} sortedBy="Requests" />
          );
        }}
      </Asked>
    </Card>
  );
}
