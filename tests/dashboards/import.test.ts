import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { type BoardJson, importBoard, referencesIn, type Source } from "./grafana-import.ts";

const folder = new URL("../../grafana/dashboards/", import.meta.url);
const files = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
const uidOf = (text: string): string => (JSON.parse(text) as BoardJson).uid;
const uids = new Set(files.map(uidOf));

const source = (type: string, name: string, uid: string): Source => ({ type, name, uid });
const provisioned = parse(
  readFileSync(new URL("../../grafana/provisioning/datasources/datasources.yaml", import.meta.url), "utf8"),
) as { readonly datasources: readonly Source[] };
/** The stack's own Grafana, and one whose data sources have nothing in common with it. */
const STACK = provisioned.datasources.map(({ type, name, uid }) => source(type, name, uid));
const OTHERS = [
  source("prometheus", "Mimir (EU)", "P1"),
  source("loki", "All the logs", "L1"),
  source("jaeger", "Traces", "J1"),
  source("tempo", "Tempo", "T1"),
];
const BUILT_IN = "-- Grafana --";

for (const text of files) {
  describe(`${uidOf(text)} imported by hand`, () => {
    test("asks data sources of a Grafana that calls them otherwise, each of its own type", () => {
      const references = [...referencesIn(importBoard(text, OTHERS).board)].filter(({ uid }) => uid !== BUILT_IN);
      assert.ok(references.length > 0);
      for (const { type, uid } of references) {
        const found = OTHERS.find((one) => one.uid === uid);
        assert.ok(found, `asks ${uid}, which this Grafana does not have`);
        if (type !== undefined) assert.equal(found.type, type);
      }
    });

    test("asks the stack's data sources in the stack's Grafana", () => {
      const { chosen } = importBoard(text, [...OTHERS, ...STACK]);
      for (const [name, found] of chosen) assert.equal(found?.uid, name);
    });

    test("asks the data source that was selected where there are several", () => {
      const several = [...OTHERS, source("prometheus", "Another", "P0"), source("prometheus", "Staging", "P2")];
      assert.equal(importBoard(text, several).chosen.get("prometheus")?.uid, "P0");
      const { board, chosen } = importBoard(text, several, { prometheus: "P2" });
      assert.equal(chosen.get("prometheus")?.uid, "P2");
      const asked = [...referencesIn(board)].filter(({ type }) => type === "prometheus");
      assert.deepEqual([...new Set(asked.map(({ uid }) => uid))], ["P2"]);
    });

    test("brings nothing that an import would ask for or refuse", () => {
      const board = JSON.parse(text) as BoardJson & Record<string, unknown>;
      // An id of another Grafana's database is refused; __inputs are not resolved where boards come from files.
      assert.equal(board.id ?? null, null);
      assert.equal(board["__inputs"], undefined);
      assert.ok(board["title"] && board["schemaVersion"]);
      for (const { name, current } of board.templating.list) {
        assert.doesNotMatch(JSON.stringify(current ?? {}), /team|shop|demo/, `${name} remembers somebody's choice`);
      }
    });

    test("leads to boards that are imported with it", () => {
      const linked = [...text.matchAll(/"url": "\/d\/([\w-]+)/g)].map(([, uid = ""]) => uid);
      assert.ok(linked.length > 0);
      for (const uid of linked) assert.ok(uids.has(uid), uid);
    });
  });
}

test("a Grafana without Jaeger says so by the variable, and all else works", () => {
  const overview = files.find((text) => uidOf(text) === "ao-overview") ?? "";
  const { board, chosen } = importBoard(
    overview,
    OTHERS.filter(({ type }) => type !== "jaeger"),
  );
  assert.equal(chosen.get("jaeger"), undefined);
  const asked = [...referencesIn(board)].filter(({ type }) => type === "prometheus" || type === "loki");
  assert.deepEqual([...new Set(asked.map(({ uid }) => uid))].sort(), ["L1", "P1"]);
});
