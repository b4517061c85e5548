import type { HealthCheck } from "../check.ts";
import { type McpUrl, pingMcpUrl } from "./mcp-http.ts";
import { type McpCommand, pingMcpCommand } from "./mcp-stdio.ts";

/** A client of an MCP SDK that the program has connected. */
export type McpClient = { readonly client: { readonly ping: (...args: never[]) => Promise<unknown> } };

/** One of three: the program's own client, a URL of a server (Streamable HTTP), or a command that starts one (stdio). */
export type McpServerOptions = McpClient | McpUrl | McpCommand;

/**
 * Whether an MCP server answers `ping`. A client of the program is asked in its own session; else a session is opened for each run, and with
 * a command a process: give such a check a longer `cacheMs`.
 */
export function mcpServerCheck(options: McpServerOptions): HealthCheck {
  return async ({ signal }) => {
    if ("client" in options) await options.client.ping();
    else if ("url" in options) await pingMcpUrl(options, signal);
    else await pingMcpCommand(options, signal);
    return { status: "healthy", message: "ok" };
  };
}
