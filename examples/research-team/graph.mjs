import { Annotation, END, Send, START, StateGraph } from "@langchain/langgraph";
import { logger } from "./log.mjs";

const State = Annotation.Root({
  report: Annotation(),
  topic: Annotation(),
  questions: Annotation(),
  findings: Annotation({ reducer: (all, more) => all.concat(more), default: () => [] }),
  ranked: Annotation(),
  draft: Annotation(),
  passes: Annotation(),
  review: Annotation(),
  headline: Annotation(),
});

const ask = (content) => ({ messages: [{ role: "user", content }] });

/** plan → research (three at once) → rank → write → review → write again → review → publish. */
export function buildGraph({ agents, openai }) {
  async function plan({ report, topic }) {
    const { structuredResponse } = await agents.planner.invoke(ask(`Report ${report}. Topic: ${topic}`));
    logger.info("planned", { report, questions: structuredResponse.questions.length });
    return { questions: structuredResponse.questions };
  }

  async function research({ report, number, count, question }) {
    const result = await agents.researcher.invoke(ask(`Report ${report}, question ${number} of ${count}: ${question}`));
    logger.info("researched", { report, question: number });
    return { findings: [{ question, answer: result.messages.at(-1).text }] };
  }

  // The OpenAI SDK itself: nearest to the topic first.
  async function rank({ topic, findings }) {
    const { data } = await openai.embeddings.create({
      model: "text-embedding-3-small",
      input: [topic, ...findings.map((finding) => finding.answer)],
    });
    const [target, ...vectors] = data.map((entry) => entry.embedding);
    const nearness = (vector) => vector.reduce((sum, value, index) => sum + value * target[index], 0);
    const ranked = findings
      .map((finding, index) => ({ ...finding, score: nearness(vectors[index]) }))
      .sort((a, b) => b.score - a.score);
    return { ranked };
  }

  async function write({ report, topic, ranked, review, draft, passes = 0 }) {
    const findings = ranked.map(({ question, answer }) => `${question}\n${answer}`).join("\n\n");
    const remarks = review ? `\n\nYour last draft:\n${draft}\n\nRemarks of the reviewer: ${review.remarks}` : "";
    const stream = await agents.writer.stream(
      ask(`Report ${report}. Topic: ${topic}\n\nFindings:\n${findings}${remarks}`),
      { streamMode: "messages" },
    );
    let text = "";
    for await (const [chunk] of stream) text += chunk.text;
    logger.info("wrote a draft", { report, pass: passes + 1, characters: text.length });
    return { draft: text, passes: passes + 1 };
  }

  async function review({ report, draft, passes }) {
    const { structuredResponse } = await agents.reviewer.invoke(
      ask(`Report ${report}, draft ${passes}. Review this:\n${draft}`),
    );
    if (!structuredResponse.approved) logger.warn("sent back", { report, remarks: structuredResponse.remarks });
    return { review: structuredResponse };
  }

  // The OpenAI SDK itself, streaming from the Responses API.
  async function publish({ report, draft }) {
    const stream = await openai.responses.create({
      model: "gpt-4o-mini",
      instructions: "You write the headline of a report, in ten words at most.",
      input: `Report ${report}:\n${draft}`,
      stream: true,
    });
    let headline = "";
    for await (const event of stream) if (event.type === "response.output_text.delta") headline += event.delta;
    logger.info("published", { report, headline });
    return { headline };
  }

  return new StateGraph(State)
    .addNode("plan", plan)
    .addNode("research", research)
    .addNode("rank", rank)
    .addNode("write", write)
    .addNode("check", review)
    .addNode("publish", publish)
    .addEdge(START, "plan")
    .addConditionalEdges(
      "plan",
      ({ report, questions }) =>
        questions.map(
          (question, index) => new Send("research", { report, question, number: index + 1, count: questions.length }),
        ),
      ["research"],
    )
    .addEdge("research", "rank")
    .addEdge("rank", "write")
    .addEdge("write", "check")
    .addConditionalEdges("check", ({ review, passes }) => (review.approved || passes >= 3 ? "publish" : "write"), [
      "publish",
      "write",
    ])
    .addEdge("publish", END)
    .compile({ name: "research-team" });
}
