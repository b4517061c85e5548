import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Item } from "../../ui/src/app/palette-item.ts";
import { fit, leadsOf, search } from "../../ui/src/app/palette-search.ts";

const item = (kind: string, title: string): Item => ({ kind, title, to: `/${title}` });
const ITEMS = [
  item("View", "Traces"),
  item("View", "Models & tools"),
  item("Agent", "planner"),
  item("Agent", "research-writer"),
  item("Tool", "web_search"),
  item("Alert", "AgentErrorRateCritical"),
];
const titles = (wanted: string): string[] => search(ITEMS, wanted).map(({ title }) => title);

describe("the palette", () => {
  it("shows everything where nothing is asked for", () => {
    assert.deepEqual(
      titles(""),
      ITEMS.map(({ title }) => title),
    );
  });

  it("finds parts, beginnings of words and letters in their order, the best first", () => {
    assert.equal(titles("plan")[0], "planner");
    assert.equal(titles("search")[0], "web_search");
    assert.equal(titles("rw")[0], "research-writer");
    assert.equal(titles("tool web")[0], "web_search");
    assert.equal(titles("aerc")[0], "AgentErrorRateCritical");
    assert.ok(fit("search", "sea") > fit("research", "sea"), "a beginning is better than a middle");
    assert.equal(fit("planner", "plz"), 0);
  });

  it("leads to searches for a text that nothing is called by", () => {
    assert.deepEqual(
      search(ITEMS, 'no "such" thing').map(({ to, params }) => [to, params]),
      [
        ["/traces", { text: 'no "such" thing' }],
        ["/logs", { query: '{service_name=~".+"} |= "no \\"such\\" thing"' }],
      ],
    );
  });

  it("leads to a trace by its id first of all", () => {
    const id = "0AF7651916cd43dd8448eb211c80319c";
    assert.equal(search(ITEMS, ` ${id} `)[0]?.to, `/trace/${id.toLowerCase()}`);
    assert.equal(leadsOf("0af7651916cd43dd")[0]?.to, "/trace/0af7651916cd43dd");
    assert.equal(leadsOf("0af7651916cd43dg")[0]?.to, "/traces");
  });

  it("is not slow with many names and a hostile text", () => {
    const many = Array.from({ length: 5000 }, (_, index) => item("Tool", `${"a".repeat(200)}${index}`));
    const before = performance.now();
    search(many, "a".repeat(300));
    search(many, ".*+?^${}()|[]\\");
    assert.ok(performance.now() - before < 2000);
  });
});
