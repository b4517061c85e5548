import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { transform } from "esbuild";
import { ATTR } from "../../src/model/index.ts";
import { runProgram } from "../process/run-program.ts";

/** Decorators as ECMAScript will have them, made of what Node runs today. */
async function compiled(source: string): Promise<string> {
  const { code } = await transform(source, { loader: "ts", target: "es2022", format: "esm" });
  return code;
}

const CLASS = `
  class Desk {
    #tickets = 0; name = "desk";
    @agent({ version: "2" }) async answer(question: string, ...rest: unknown[]) { this.#tickets += 1; return [question, rest.length, await this.#look(question), this.name]; }
    @tool() #look(what: string) { return what.toUpperCase() + this.#tickets; }
    @tool("fixed-name") static price(amount: number) { return amount * Desk.rate; }
    static rate = 2;
    @workflow *steps(upTo: number) { for (let at = 0; at < upTo; at += 1) yield at; }
    @node({ name: "stream" }) async *events() { yield this.name; }
    @tool() fails() { throw mine; }
    @retrieval({ dataSource: "handbook" }) [Symbol.for("find")](question: string) { return [question]; }
    @llm({ model: "local-1", provider: "own" }) complete(prompt: string) { return prompt; }
  }
  const mine = new RangeError("mine");
  const desk = new Desk();
  console.log(await desk.answer("hello", 1, 2), Desk.price(21), [...desk.steps(2)]);
  for await (const event of desk.events()) console.log(event);
  try { desk.fails(); } catch (error) { console.log(error === mine); }
  console.log(desk[Symbol.for("find")]("where"), desk.complete("so"));
  console.log(Desk.prototype.answer.name, Desk.prototype.answer.length, Desk.price.name, Object.keys(desk));
  class Sub extends Desk { override async answer(question: string) { return ["sub", ...(await super.answer(question))]; } }
  console.log(await new Sub().answer("again"));
`;

describe("a decorator", () => {
  it("makes runs of methods: of instances, of the class, private, async, generators; and changes nothing else", async () => {
    const bare = await runProgram(
      await compiled(CLASS.replaceAll(/@(agent|tool|workflow|node|retrieval|llm)(\([^)]*\))?/g, "")),
      {
        mode: "none",
      },
    );
    const source = `import { agent, llm, node, retrieval, tool, workflow } from "agent-observatory";\n${CLASS}`;
    const run = await runProgram(await compiled(source));
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, bare.stdout);
    const names = run.spans.map(({ name }) => name).toSorted();
    assert.deepEqual(names, [
      "chat local-1",
      "execute_node stream",
      "execute_tool fails",
      "execute_tool fixed-name",
      "execute_tool look",
      "execute_tool look",
      "invoke_agent answer",
      "invoke_agent answer",
      "invoke_workflow steps",
      "retrieval handbook",
    ]);
    const answer = run.spans.find(({ name }) => name === "invoke_agent answer");
    assert.equal(answer?.attributes[ATTR.agentVersion], "2");
    const look = run.spans.find(({ name }) => name === "execute_tool look");
    assert.equal(look?.attributes[ATTR.agentName], "answer");
    const idle = await runProgram(await compiled(source), { mode: "none" });
    assert.equal(idle.stdout, bare.stdout, "and without the preload");
  });

  it("refuses what is no method, and the older kind of decorators, by a type error that says what to do", async () => {
    const refused = async (member: string): Promise<string> => {
      const run = await runProgram(
        await compiled(
          `import { agent, tool } from "agent-observatory"; try { class Desk { ${member} } } catch (error) { console.log(error.name + ": " + error.message); }`,
        ),
      );
      return run.stdout.trim();
    };
    assert.equal(
      await refused("@tool() get size() { return 1; }"),
      "TypeError: @tool decorates methods, and size is a getter. Put it on a method, or wrap a function: tool(name, fn).",
    );
    assert.match(
      await refused("@agent set size(to: number) {}"),
      /^TypeError: @agent decorates methods, and size is a setter\./,
    );
    assert.match(await refused("@tool() accessor size = 1;"), /^TypeError: .* and size is an accessor\./);
    assert.match(await refused("@tool() find = () => 1;"), /^TypeError: .* and find is a field\./);
    const older = await runProgram(`import { tool } from "agent-observatory";
      try { tool()({}, "find", { value: () => 1 }); } catch (error) { console.log(error.name + ": " + error.message); }
      try { tool("x")(class {}, { kind: "class", name: "Desk" }); } catch (error) { console.log(error.name + ": " + error.message); }`);
    assert.match(older.stdout, /^TypeError: @tool is a decorator as ECMAScript has them.*experimentalDecorators/);
    assert.match(older.stdout, /Desk is a class/);
  });
});
