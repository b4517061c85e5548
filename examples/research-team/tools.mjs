import { tool } from "langchain";
import { z } from "zod";
import { evaluate } from "./arithmetic.mjs";
import { logger } from "./log.mjs";

/** What the researchers can use. */
export function createTools({ searchUrl, notes }) {
  const webSearch = tool(
    async ({ query }) => {
      const response = await fetch(`${searchUrl}?q=${encodeURIComponent(query)}`);
      if (!response.ok) throw new Error(`search answered ${response.status}`);
      const { hits } = await response.json();
      logger.info("searched the web", { query, hits: hits.length });
      return hits.map((hit) => `${hit.title}: ${hit.text}`).join("\n") || "nothing found";
    },
    {
      name: "web_search",
      description: "Searches the web.",
      schema: z.object({ query: z.string().describe("Words to look for") }),
    },
  );

  const lookupNotes = tool(({ subject }) => notes.find(subject).join("\n") || "no notes", {
    name: "lookup_notes",
    description: "Looks up the team's own notes on a subject.",
    schema: z.object({ subject: z.string() }),
  });

  const calculate = tool(
    ({ expression }) => {
      try {
        return String(evaluate(expression));
      } catch (error) {
        logger.warn("calculation failed", { expression, error: error.message });
        throw error;
      }
    },
    {
      name: "calculate",
      description: "Evaluates an arithmetic expression.",
      schema: z.object({ expression: z.string() }),
    },
  );

  return [webSearch, lookupNotes, calculate];
}
