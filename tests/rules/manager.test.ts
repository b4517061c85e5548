import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ObservatoryError } from "../../src/base/index.ts";
import {
  type Alert,
  createRuleManager,
  parseRuleFile,
  type RuleGroup,
  type RuleManagerOptions,
  type VectorElement,
} from "../../src/rules/index.ts";
import { createLabels, type NewSample } from "../../src/signals/index.ts";

const MINUTE = 60_000;
const START = 1_700_000_000_000;

function groupsOf(text: string): readonly RuleGroup[] {
  const { groups, problems } = parseRuleFile("rules.yml", text);
  assert.deepEqual(problems, []);
  return groups;
}

const alert = (extra = ""): readonly RuleGroup[] =>
  groupsOf(`groups: [{name: g, interval: 1m, rules: [{alert: Down, expr: up == 0${extra}}]}]`);

/** A manager whose queries answer what `data` says at the moment. */
function createScene(groups: readonly RuleGroup[], more: Partial<RuleManagerOptions> = {}) {
  const scene = {
    nowMs: START,
    data: new Map<string, readonly VectorElement[] | Error>(),
    queries: [] as string[],
    written: [] as NewSample[],
    sent: [] as Alert[],
    faults: [] as ObservatoryError[],
  };
  const manager = createRuleManager({
    groups,
    clock: { nowMs: () => scene.nowMs },
    externalUrl: "http://here",
    query: async (expr) => {
      scene.queries.push(expr);
      const answer = scene.data.get(expr) ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    append: async (samples) => void scene.written.push(...samples),
    notify: (alerts) => void scene.sent.push(...alerts),
    onFault: (error) => void scene.faults.push(error),
    ...more,
  });
  const vector = (...jobs: string[]): VectorElement[] =>
    jobs.map((job) => ({
      labels: createLabels([
        ["__name__", "up"],
        ["job", job],
      ]),
      value: 0,
    }));
  return {
    scene,
    manager,
    vector,
    /** Evaluates everything so many milliseconds after START, and tells the states by job. */
    at: async (afterMs: number, jobs: readonly string[]): Promise<Record<string, string>> => {
      scene.nowMs = START + afterMs;
      scene.data.set("up == 0", vector(...jobs));
      scene.written = [];
      scene.sent = [];
      await manager.evaluateAt(scene.nowMs);
      const states = manager
        .groups()
        .flatMap(({ rules }) => rules.flatMap((rule) => (rule.type === "alerting" ? rule.alerts : [])));
      return Object.fromEntries(states.map(({ labels, state }) => [labels["job"] ?? "", state]));
    },
  };
}

const states = (written: readonly NewSample[]): string[] =>
  written
    .map(({ series: { labels }, value, stale }) =>
      [labels["__name__"], labels["job"], labels["alertstate"], stale === true ? "stale" : value]
        .filter((part) => part !== undefined)
        .join(" "),
    )
    .sort();

describe("an alert", () => {
  it("fires at once without for, and is resolved when its series is gone", async () => {
    const { at, scene } = createScene(alert());
    assert.deepEqual(await at(0, ["a"]), { a: "firing" });
    assert.deepEqual(states(scene.written), [`ALERTS a firing 1`, `ALERTS_FOR_STATE a ${START / 1000}`]);
    assert.deepEqual(await at(MINUTE, []), {});
    assert.deepEqual(states(scene.written), ["ALERTS a firing stale", "ALERTS_FOR_STATE a stale"]);
    const [{ resolved, startsAtMs, endsAtMs } = {}] = scene.sent;
    assert.deepEqual([resolved, startsAtMs, endsAtMs], [true, START, START + MINUTE]);
  });

  it("is pending until for has passed without a gap", async () => {
    const { at, scene } = createScene(alert(", for: 2m"));
    assert.deepEqual(await at(0, ["a", "b"]), { a: "pending", b: "pending" });
    assert.deepEqual(scene.sent, []);
    assert.deepEqual(await at(MINUTE, ["a"]), { a: "pending" });
    assert.deepEqual(await at(2 * MINUTE, ["a", "b"]), { a: "firing", b: "pending" });
    assert.deepEqual(
      states(scene.written).filter((one) => one.startsWith("ALERTS a")),
      ["ALERTS a firing 1", "ALERTS a pending stale"],
    );
    assert.deepEqual(
      scene.sent.map(({ labels }) => labels["job"]),
      ["a"],
    );
  });

  it("keeps firing for a while after its series is gone, counted from the last time", async () => {
    const { at, manager } = createScene(alert(", keep_firing_for: 2m"));
    await at(0, ["a"]);
    assert.deepEqual(await at(MINUTE, []), { a: "firing" });
    const [rule] = manager.groups()[0]?.rules ?? [];
    assert.equal(rule?.type === "alerting" && rule.alerts[0]?.keepFiringSinceMs, START + MINUTE);
    assert.deepEqual(await at(2 * MINUTE, ["a"]), { a: "firing" });
    assert.deepEqual(await at(3 * MINUTE, []), { a: "firing" });
    assert.deepEqual(await at(4 * MINUTE, []), { a: "firing" });
    assert.deepEqual(await at(5 * MINUTE, []), {});
  });

  it("that flaps begins anew every time", async () => {
    const { at, scene } = createScene(alert());
    const starts: number[] = [];
    for (let step = 0; step < 6; step++) {
      await at(step * MINUTE, step % 2 === 0 ? ["a"] : []);
      starts.push(...scene.sent.map(({ startsAtMs }) => (startsAtMs - START) / MINUTE));
    }
    assert.deepEqual(starts, [0, 0, 2, 2, 4, 4]);
  });

  it("with other labels is another alert", async () => {
    const { at } = createScene(alert(', for: 1m, labels: {level: "{{ if gt $value 5.0 }}high{{ else }}low{{ end }}"}'));
    await at(0, ["a"]);
    assert.deepEqual(await at(MINUTE, ["a"]), { a: "firing" });
    const { scene, manager } = createScene(alert(', for: 1m, labels: {level: "{{ $value }}"}'));
    for (const value of [1, 2]) {
      scene.data.set("up == 0", [{ labels: createLabels([["job", "a"]]), value }]);
      await manager.evaluateAt(START + value * MINUTE);
    }
    const [rule] = manager.groups()[0]?.rules ?? [];
    assert.deepEqual(rule?.type === "alerting" && rule.alerts.map(({ labels, state }) => [labels["level"], state]), [
      ["2", "pending"],
    ]);
  });

  it("is told of again every minute while it fires, and for 15 minutes after it is resolved", async () => {
    const { at, scene } = createScene(alert());
    const told: string[] = [];
    for (let half = 0; half <= 40; half++) {
      await at(half * 30_000, half < 6 ? ["a"] : []);
      for (const { resolved, endsAtMs } of scene.sent)
        told.push(`${half / 2} ${resolved ? "resolved" : "until"} ${(endsAtMs - START) / MINUTE}`);
    }
    // Strictly more than a minute has to pass, so that it is every third of half minutes.
    assert.deepEqual(told.slice(0, 4), ["0 until 4", "1.5 until 5.5", "3 resolved 3", "4.5 resolved 3"]);
    assert.equal(told.at(-1), "18 resolved 3");
  });

  it("of a limit that is exceeded is none at all, and the rule says why", async () => {
    const { at, manager, scene } = createScene(
      groupsOf("groups: [{name: g, limit: 1, rules: [{alert: Down, expr: up == 0}]}]"),
    );
    assert.deepEqual(await at(0, ["a"]), { a: "firing" });
    assert.deepEqual(await at(MINUTE, ["a", "b"]), {});
    const [rule] = manager.groups()[0]?.rules ?? [];
    assert.deepEqual([rule?.health, rule?.lastError], ["err", "exceeded limit of 1 with 2 alerts"]);
    assert.match(
      scene.faults[0]?.message ?? "",
      /rule Down of group g to be evaluated, got exceeded limit.*AO_RULES_EVALUATION/,
    );
    await at(2 * MINUTE, ["a", "b"]);
    assert.equal(scene.faults.length, 1, "the same error is told once");
    assert.deepEqual(await at(3 * MINUTE, ["a"]), { a: "firing" });
    assert.equal(manager.groups()[0]?.ruleFailures, 2);
  });
});

describe("a failing query or store", () => {
  it("leaves alerts and series as they were", async () => {
    const { at, scene, manager } = createScene(alert());
    await at(0, ["a"]);
    scene.data.set("up == 0", new Error("too many samples"));
    scene.written = [];
    await manager.evaluateAt(START + MINUTE);
    assert.deepEqual(scene.written, []);
    const [rule] = manager.groups()[0]?.rules ?? [];
    assert.deepEqual(
      [rule?.health, rule?.lastError, rule?.type === "alerting" && rule.state],
      ["err", "too many samples", "firing"],
    );
    assert.deepEqual(await at(2 * MINUTE, ["a"]), { a: "firing" });
    assert.equal(manager.groups()[0]?.rules[0]?.lastError, undefined);
  });

  it("that does not take samples is the rule's error, and what vanished meanwhile is marked stale later", async () => {
    let broken = false;
    const written: NewSample[] = [];
    const { at, manager } = createScene(alert(), {
      append: async (samples) => {
        if (broken) throw new Error("disk full");
        written.push(...samples);
      },
    });
    await at(0, ["a"]);
    broken = true;
    await at(MINUTE, []);
    assert.equal(manager.groups()[0]?.rules[0]?.lastError, "disk full");
    broken = false;
    written.length = 0;
    await at(2 * MINUTE, []);
    assert.deepEqual(states(written), ["ALERTS a firing stale", "ALERTS_FOR_STATE a stale"]);
  });
});

describe("evaluation by the clock", () => {
  const two = groupsOf(`groups:
  - {name: fast, interval: 15s, rules: [{record: fast, expr: a}]}
  - {name: slow, interval: 1m, rules: [{record: slow, expr: b}]}`);

  it("happens once in every slot of a group, for the slot's time", async () => {
    const times = new Map<string, number[]>();
    const { scene, manager } = createScene(two, {
      query: async (expr, timeMs) => {
        times.set(expr, [...(times.get(expr) ?? []), timeMs]);
        return [];
      },
    });
    for (let ms = 0; ms <= 4 * MINUTE; ms += 5000) {
      scene.nowMs = START + ms;
      await manager.evaluate(scene.nowMs);
    }
    for (const [expr, stepMs] of [
      ["a", 15_000],
      ["b", MINUTE],
    ] as const) {
      const seen = times.get(expr) ?? [];
      assert.equal(seen.length, (4 * MINUTE) / stepMs);
      assert.deepEqual(new Set(seen.map((timeMs) => timeMs % stepMs)).size, 1);
      assert.ok(seen.every((timeMs, index) => index === 0 || timeMs - (seen[index - 1] ?? 0) === stepMs));
      assert.ok((seen[0] ?? 0) > START, "no slot before the start");
    }
  });

  it("leaves slots out that passed unnoticed, and counts them", async () => {
    const { scene, manager } = createScene(two);
    scene.nowMs = START + 10 * MINUTE;
    await manager.evaluate(scene.nowMs);
    assert.equal(scene.queries.length, 2);
    const [fast, slow] = manager.groups();
    assert.deepEqual([fast?.missedEvaluations, slow?.missedEvaluations], [39, 9]);
  });

  it("does not begin a group again that has not ended", async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = 0;
    const { scene, manager } = createScene(alert(), {
      query: async () => {
        begun += 1;
        await gate;
        return [];
      },
    });
    scene.nowMs = START + MINUTE;
    const first = manager.evaluate(scene.nowMs);
    scene.nowMs = START + 2 * MINUTE;
    await manager.evaluate(scene.nowMs);
    assert.equal(begun, 1);
    release();
    await first;
    assert.equal(manager.groups()[0]?.missedEvaluations, 1);
  });

  it("starts and ends by itself", async () => {
    const asked = Promise.withResolvers<void>();
    const { scene, manager } = createScene(
      groupsOf("groups: [{name: g, interval: 100ms, rules: [{record: a, expr: up}]}]"),
      {
        query: async () => {
          asked.resolve();
          return [];
        },
        clock: { nowMs: () => performance.timeOrigin + performance.now() },
      },
    );
    manager.start();
    // The timer itself keeps no process alive.
    const alive = setInterval(() => {}, 1000);
    await asked.promise;
    clearInterval(alive);
    await manager.close();
    assert.deepEqual(scene.faults, []);
  });
});

describe("rules in a group", () => {
  it("are evaluated in order, and see what those before have written", async () => {
    const log: string[] = [];
    const { manager } = createScene(
      groupsOf("groups: [{name: g, rules: [{record: first, expr: up}, {record: second, expr: first}]}]"),
      {
        query: async (expr) => {
          log.push(`query ${expr}`);
          return [
            {
              labels: createLabels([
                ["__name__", expr],
                ["job", "a"],
              ]),
              value: 1,
            },
          ];
        },
        append: async (samples) => void log.push(`write ${samples.map(({ series }) => series.labels["__name__"])}`),
      },
    );
    await manager.evaluateAt(START);
    assert.deepEqual(log, ["query up", "write first", "query first", "write second"]);
  });
});

describe("a restart", () => {
  const createState = () => {
    let text: string | undefined;
    const save = (saved: string): void => {
      text = saved;
    };
    return { load: () => text, save, text: () => text };
  };

  it("does not interrupt what fires, waits, is kept firing or was resolved", async () => {
    const groups = groupsOf(`groups: [{name: g, interval: 1m, rules: [
      {alert: Down, expr: up == 0, for: 5m, keep_firing_for: 10m}]}]`);
    const state = createState();
    const before = createScene(groups, { state });
    for (let minute = 0; minute <= 6; minute++) {
      await before.at(
        minute * MINUTE,
        minute < 4 ? ["firing", "kept"] : minute < 6 ? ["firing", "kept", "waiting"] : ["firing", "waiting"],
      );
    }
    assert.deepEqual(await before.at(7 * MINUTE, ["firing", "waiting"]), {
      firing: "firing",
      kept: "firing",
      waiting: "pending",
    });
    await before.manager.close();

    const after = createScene(groups, { state });
    assert.deepEqual(await after.at(8 * MINUTE, ["firing", "waiting"]), {
      firing: "firing",
      kept: "firing",
      waiting: "pending",
    });
    assert.deepEqual(
      after.scene.sent.filter(({ labels }) => labels["job"] === "waiting"),
      [],
    );
    assert.deepEqual(await after.at(9 * MINUTE, ["firing", "waiting"]), {
      firing: "firing",
      kept: "firing",
      waiting: "firing",
    });
    // Kept since minute 6, for 10 minutes: as if nothing had happened.
    assert.equal((await after.at(15 * MINUTE, ["firing"]))["kept"], "firing");
    assert.equal((await after.at(16 * MINUTE, ["firing"]))["kept"], undefined);
    const [rule] = after.manager.groups()[0]?.rules ?? [];
    const firing = rule?.type === "alerting" ? rule.alerts.find(({ labels }) => labels["job"] === "firing") : undefined;
    assert.equal(firing?.activeAtMs, START);
  });

  it("does not count the time in which nothing ran", async () => {
    const state = createState();
    const before = createScene(alert(", for: 5m"), { state });
    await before.at(0, ["a"]);
    await before.at(MINUTE, ["a"]);
    const after = createScene(alert(", for: 5m"), { state });
    // One minute of waiting was over; 20 minutes without an evaluation follow.
    assert.deepEqual(await after.at(22 * MINUTE, ["a"]), { a: "pending" });
    assert.deepEqual(await after.at(24 * MINUTE, ["a"]), { a: "pending" });
    assert.deepEqual(await after.at(25 * MINUTE, ["a"]), { a: "firing" });
  });

  it("after an outage lets long waits wait 10 minutes more, as Prometheus", async () => {
    const state = createState();
    const before = createScene(alert(", for: 15m"), { state });
    for (let minute = 0; minute <= 13; minute++) await before.at(minute * MINUTE, ["a"]);
    const after = createScene(alert(", for: 15m"), { state });
    await after.at(30 * MINUTE, ["a"]);
    assert.deepEqual(await after.at(39 * MINUTE, ["a"]), { a: "pending" });
    assert.deepEqual(await after.at(40 * MINUTE, ["a"]), { a: "firing" });
  });

  it("goes on where the clock was set back in between", async () => {
    const state = createState();
    const before = createScene(alert(", for: 5m"), { state });
    for (let minute = 0; minute <= 6; minute++) await before.at(minute * MINUTE, minute < 4 ? ["a"] : ["a", "b"]);
    const after = createScene(alert(", for: 5m"), { state });
    assert.deepEqual(await after.at(-120 * MINUTE, ["a", "b"]), { a: "firing", b: "pending" });
    assert.deepEqual(await after.at(-117 * MINUTE, ["a", "b"]), { a: "firing", b: "firing" });
  });

  it("forgets what is older than an hour", async () => {
    const state = createState();
    const before = createScene(alert(", for: 1m"), { state });
    await before.at(0, ["a"]);
    await before.at(MINUTE, ["a"]);
    const after = createScene(alert(", for: 1m"), { state });
    assert.deepEqual(await after.at(63 * MINUTE, ["a"]), { a: "pending" });
  });

  it("with a state that cannot be read begins anew and says so", async () => {
    for (const text of ["", "{", "[]", '{"version":2}', "null"]) {
      const { at, scene } = createScene(alert(", for: 1m"), { state: { load: () => text, save: () => {} } });
      assert.deepEqual(await at(0, ["a"]), { a: "pending" });
      assert.match(scene.faults[0]?.message ?? "", /AO_RULES_STATE/, text);
    }
  });

  it("says once that the state cannot be saved, and goes on", async () => {
    const state = {
      load: () => undefined,
      save: () => {
        throw new Error("read-only");
      },
    };
    const { at, scene } = createScene(alert(), { state });
    assert.deepEqual(await at(0, ["a"]), { a: "firing" });
    assert.deepEqual(await at(MINUTE, ["a"]), { a: "firing" });
    assert.equal(scene.faults.length, 1);
    assert.match(scene.faults[0]?.message ?? "", /got read-only\. .*AO_RULES_STATE/);
  });

  it("keeps the state of groups that were not evaluated yet", async () => {
    const groups = groupsOf(`groups:
      - {name: a, rules: [{alert: A, expr: up == 0}]}
      - {name: b, rules: [{alert: B, expr: up == 0}]}`);
    const state = createState();
    await createScene(groups, { state }).at(0, ["x"]);
    const between = createScene(groups, { state });
    between.scene.nowMs = START + MINUTE;
    between.scene.data.set("up == 0", between.vector("x"));
    await between.manager.evaluateAt(START + MINUTE, ({ name }) => name === "a");
    assert.match(state.text() ?? "", /rules\.yml;b/);
  });
});

describe("other rules", () => {
  it("leave groups that did not change alone, and alerts of changed groups as they are", async () => {
    const { at, manager } = createScene(alert(", for: 5m"));
    await at(0, ["a"]);
    await at(4 * MINUTE, ["a"]);
    await manager.replace(alert(", for: 5m"));
    assert.deepEqual(await at(5 * MINUTE, ["a"]), { a: "firing" });
    await manager.replace(alert(", for: 6m"));
    assert.deepEqual(await at(5.5 * MINUTE, ["a"]), { a: "pending" });
    assert.deepEqual(await at(6 * MINUTE, ["a"]), { a: "firing" });
  });

  it("mark the series of rules that are gone as stale", async () => {
    const both = groupsOf("groups: [{name: g, rules: [{record: one, expr: up == 0}, {record: two, expr: up == 0}]}]");
    const { at, manager, scene } = createScene(both);
    await at(0, ["a"]);
    await manager.replace(groupsOf("groups: [{name: g, rules: [{record: two, expr: up == 0}]}]"));
    await at(MINUTE, ["a"]);
    assert.deepEqual(states(scene.written), ["one a stale", "two a 0"]);
  });

  it("mark the series of a group that is gone as stale after two intervals, unless another group writes them", async () => {
    const { at, manager, scene } = createScene(
      groupsOf(
        "groups: [{name: old, interval: 1m, rules: [{record: gone, expr: up == 0}, {record: moved, expr: up == 0}]}]",
      ),
    );
    await at(0, ["a"]);
    await manager.replace(groupsOf("groups: [{name: new, interval: 1m, rules: [{record: moved, expr: up == 0}]}]"));
    await at(MINUTE, ["a"]);
    assert.deepEqual(states(scene.written), ["moved a 0"]);
    await at(2 * MINUTE, ["a"]);
    assert.deepEqual(states(scene.written), ["gone a stale", "moved a 0"]);
  });
});
