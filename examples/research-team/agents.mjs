import { ChatOpenAI } from "@langchain/openai";
import { createAgent, providerStrategy } from "langchain";
import { z } from "zod";

/** The four members of the team. */
export function createAgents({ tools, maxRetries }) {
  const planner = createAgent({
    name: "planner",
    model: new ChatOpenAI({ model: "gpt-4o", temperature: 0.2, maxRetries }),
    systemPrompt: "You are the planner of a research team. Split the topic into three questions.",
    responseFormat: providerStrategy(z.object({ questions: z.array(z.string()) })),
  });

  const researcher = createAgent({
    name: "researcher",
    // Three of them work at the same time; one that waits too long asks again.
    model: new ChatOpenAI({ model: "gpt-4o-mini", temperature: 0, maxTokens: 400, timeout: 1000, maxRetries }),
    tools,
    systemPrompt: "You are a researcher. Answer the question from your tools and say what is uncertain.",
  });

  const writer = createAgent({
    name: "writer",
    model: new ChatOpenAI({ model: "gpt-4o", temperature: 0.7, maxTokens: 1200, maxRetries }),
    systemPrompt: "You are the writer. Write a report from the findings you are given, and nothing else.",
  });

  const reviewer = createAgent({
    name: "reviewer",
    model: new ChatOpenAI({ model: "gpt-5-mini", reasoning: { effort: "low" }, useResponsesApi: true, maxRetries }),
    systemPrompt: "You are the reviewer. Approve the report or say what must change.",
    responseFormat: providerStrategy(z.object({ approved: z.boolean(), remarks: z.string() })),
  });

  return { planner, researcher, writer, reviewer };
}
