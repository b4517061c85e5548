import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createBackends, searchTraces } from "../../src/backends/index.ts";
import { HAS_POSTGRES } from "../health/real-databases.ts";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { tellTrace } from "./told-spans.ts";

const HOUR_MS = 3_600_000;
const ODD = "s/50 % & <b>é</b>";

describe("sessions", { skip: WITHOUT_BROWSER || (HAS_POSTGRES ? false : "the support desk has no Postgres") }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage();
    const words = (role: string, content: string): string =>
      JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
    await tellTrace(shown.served.otlp.traces, "c0ffee0000000000000000000000000c", "clinic", 60_000, [
      {
        id: "1",
        name: "invoke_agent nurse",
        at: [0, 500],
        attributes: {
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.agent.name": "nurse",
          "session.id": ODD,
          "user.id": "eve",
        },
      },
      {
        id: "2",
        parent: "1",
        name: "chat gpt-4o",
        at: [1, 100],
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.request.model": "gpt-4o",
          "session.id": ODD,
          "gen_ai.input.messages": words("user", "Does it hurt?"),
          "gen_ai.output.messages": words("assistant", "Not any more."),
        },
      },
    ]);
  });
  after(() => shown?.close());
  const rows = (label: string) => shown.page.getByRole("region", { name: label, exact: true }).locator("tbody tr");

  it("are listed with turns, cost and failures as their traces have them, and by user", async () => {
    const { jaeger } = createBackends({ url: shown.url });
    const { found } = await searchTraces(jaeger, {
      startMs: Date.now() - HOUR_MS,
      endMs: Date.now(),
      limit: 100,
      session: "dear",
    });
    await shown.open("/sessions");
    const dear = (await rows("Sessions").filter({ hasText: "dear" }).first().textContent()) ?? "";
    assert.match(dear, new RegExp(`^dear ?cleo ?desk, desk-billing${found.length}\\d\\d`));
    await shown.page.getByRole("tab", { name: /^Users/ }).click();
    await rows("Users").filter({ hasText: "cleo" }).getByRole("link", { name: "cleo" }).click();
    await shown.page.waitForURL((url) => url.searchParams.get("user") === "cleo");
    await shown.settled();
    await shown.page.getByRole("tab", { name: "Users (1)" }).waitFor();
  });

  it("are shown turn by turn, with the reason of what failed", async () => {
    await shown.open("/sessions");
    await rows("Sessions").getByRole("link", { name: "dear" }).click();
    const turns = shown.page.getByRole("article", { name: /^Turn \d+$/ });
    await turns.nth(3).waitFor();
    assert.match((await turns.nth(2).textContent()) ?? "", /failed: why\?.*budget/s);
    await turns
      .nth(2)
      .getByRole("link", { name: /failed: why/ })
      .click();
    await shown.page.waitForURL(
      (url) => url.pathname.startsWith("/trace/") && url.searchParams.get("tab") === "explain",
    );
  });

  it("have odd names, and words where they are captured; a turn opens in place, by its address too", async () => {
    await shown.open("/sessions");
    await rows("Sessions").getByRole("link", { name: ODD }).click();
    const turn = shown.page.getByRole("article", { name: "Turn 1" });
    await turn.getByText("Does it hurt?").waitFor();
    await turn.getByRole("button", { name: "Show the whole turn" }).click();
    await turn.getByRole("group", { name: "Agent nurse" }).waitFor();
    await shown.page.reload();
    await turn.getByRole("group", { name: "Agent nurse" }).getByText("Not any more.").waitFor();
  });

  it("take feedback, which is shown and counted at once", async () => {
    await shown.open(`/session/${encodeURIComponent(ODD)}`);
    const turn = shown.page.getByRole("article", { name: "Turn 1" });
    await turn.getByRole("button", { name: "Bad", exact: true }).click();
    await turn.getByLabel("Comment, if you like").fill("It <b>did</b> hurt.");
    await turn.getByRole("button", { name: "Send" }).click();
    await turn.getByText("Thank you: it is stored.").waitFor();
    await turn.getByRole("list", { name: "Feedback" }).getByText("It <b>did</b> hurt.").waitFor();
    await shown.page.getByRole("button", { name: "Good", exact: true }).last().click();
    await shown.page.getByRole("button", { name: "Send" }).click();
    await shown.page.getByRole("list", { name: "Feedback" }).nth(1).waitFor();
    const answer = await fetch(
      `${shown.url}/api/v1/query?query=${encodeURIComponent('sum by (rating) (agent_feedback_total{job="clinic"})')}`,
    );
    const { data } = (await answer.json()) as {
      data: { result: { metric: { rating: string }; value: [number, string] }[] };
    };
    assert.deepEqual(Object.fromEntries(data.result.map(({ metric, value }) => [metric.rating, value[1]])), {
      down: "1",
      up: "1",
    });
    await shown.open("/sessions");
    assert.match((await rows("Sessions").filter({ hasText: "eve" }).textContent()) ?? "", /1 good.*1 bad/);
  });

  it("that are not there are said not to be", async () => {
    await shown.open("/session/none-such");
    await shown.page.getByText("There is no such session").waitFor();
  });
});
