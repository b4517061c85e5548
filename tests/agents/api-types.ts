/** Never run: what the API promises to the compiler, checked with all other types. */
import { agent, llm, node, observeCache, recordFeedback, tool, workflow } from "../../src/index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

const search = tool({ name: "search", type: "datastore" }, async (words: string, limit?: number) => [words, limit]);
holds<Equal<typeof search, (words: string, limit?: number) => Promise<(string | number | undefined)[]>>>();

const steps = workflow("steps", function* (upTo: number) {
  yield upTo;
});
holds<Equal<ReturnType<typeof steps>, Generator<number, void, unknown>>>();

const answered = agent.run("a", async (run) => run.traceId.length);
holds<Equal<typeof answered, Promise<number>>>();
llm.run({ provider: "own", model: "m" }, (call) => call.usage({ input: 1, cacheRead: 1 }));
using timer = node.start({ name: "n", workflow: "w" });
timer.end("escalated");
const store: Map<string, number> = observeCache(new Map<string, number>(), { name: "m", kind: "semantic" });
recordFeedback({ thumbs: "up", score: store.get("x") ?? 1 });

export class Desk {
  @agent({ version: "2" })
  async answer(question: string): Promise<string> {
    return Desk.#price(question.length).toFixed();
  }

  @tool static #price(amount: number): number {
    return amount;
  }

  @workflow()
  *run(): Generator<number> {
    yield 1;
  }
}

// @ts-expect-error only the handle of a model takes usage
agent.run("a", (run) => run.usage({ input: 1 }));
// @ts-expect-error no such option
tool({ name: "x", retries: 3 }, () => 1);
// @ts-expect-error a thumb is up or down
recordFeedback({ thumbs: "sideways" });
