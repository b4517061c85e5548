// A research team of agents. OPENAI_BASE_URL and OPENAI_API_KEY say which service it talks to; DEMO_TOPIC,
// DEMO_RUNS (1) and DEMO_FAIL (1: an outage drill, every call of the service fails) are described in the README.
import OpenAI from "openai";
import { createAgents } from "./agents.mjs";
import { buildGraph } from "./graph.mjs";
import { logger } from "./log.mjs";
import { openNotes } from "./notes.mjs";
import { startSearchServer } from "./search-server.mjs";
import { createTools } from "./tools.mjs";

const topic = process.env.DEMO_TOPIC ?? "Should a mid-sized city replace its diesel buses with electric ones?";
const runs = Number(process.env.DEMO_RUNS ?? 1);
const drill = process.env.DEMO_FAIL === "1";

const search = await startSearchServer();
const notes = openNotes();
const tools = createTools({ searchUrl: search.url, notes });
// In a drill nobody waits for retries.
const agents = createAgents({ tools, maxRetries: drill ? 0 : 2 });
const graph = buildGraph({ agents, openai: new OpenAI() });

for (let report = 1; report <= runs; report++) {
  try {
    const result = await graph.invoke(
      { report, topic: drill ? `Outage drill. ${topic}` : topic },
      { configurable: { thread_id: `report-${report}` } },
    );
    const [first, second] = result.draft.split("\n");
    console.log(`Report ${report}: ${result.headline}\n${first}\n${second}`);
  } catch (error) {
    logger.error("report failed", { report, error: error.message });
    console.log(`Report ${report} failed: ${error.message}`);
  }
}

notes.close();
search.close();
