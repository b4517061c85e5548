import type { ReactNode } from "react";
import { useParams } from "../../app/url-state.ts";
import { Page, Tabs } from "../../parts/parts.tsx";
import { McpTab } from "./mcp-tab.tsx";
import { ModelDetail } from "./model-detail.tsx";
import { ModelsTab } from "./models-tab.tsx";
import { ToolDetail } from "./tool-detail.tsx";
import { ToolsTab } from "./tools-tab.tsx";

const TABS = [
  ["models", "Models"],
  ["tools", "Tools"],
  ["mcp", "MCP"],
] as const;

/** How models and tools answer, and one of them in detail: `?model=`, `?tool=`. */
export default function Models(): ReactNode {
  const [params, change] = useParams();
  const model = params.get("model") ?? "";
  const tool = params.get("tool") ?? "";
  const fallback = tool !== "" && model === "" ? "tools" : "models";
  const view = TABS.find(([id]) => id === params.get("view"))?.[0] ?? fallback;
  const choose = (id: string): void =>
    change({ view: id === "models" ? undefined : id, model: undefined, tool: undefined });
  return (
    <Page title="Models & tools">
      <Tabs label="What" tabs={TABS} chosen={view} onChoose={choose} />
      {view === "models" && (model === "" ? <ModelsTab /> : <ModelDetail key={model} model={model} />)}
      {view === "tools" && (tool === "" ? <ToolsTab /> : <ToolDetail key={tool} tool={tool} />)}
      {view === "mcp" && <McpTab />}
    </Page>
  );
}
