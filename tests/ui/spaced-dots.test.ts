import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FINGER, nearText, spacedDots } from "../../ui/src/charts/spaced-dots.ts";

describe("dots of a chart that can be hit", () => {
  it("are all of them where there is room", () => {
    const spots = [0, 1, 2, 3].map((at) => ({ left: at * FINGER, top: 10 }));
    assert.deepEqual(
      spacedDots(spots),
      spots.map((_, index) => ({ index, near: 0 })),
    );
    assert.equal(nearText(0), "");
  });

  it("are those that tell the most where there is not, and each says how many it stands for", () => {
    const spots = [
      { left: 50, top: 50 },
      { left: 60, top: 40 },
      { left: 50, top: 50 + FINGER },
      { left: 73, top: 73 },
    ];
    assert.deepEqual(spacedDots(spots), [
      { index: 0, near: 2 },
      { index: 2, near: 0 },
    ]);
    assert.match(nearText(2), /2 more .* reach them$/);
    assert.match(nearText(1), /1 more .* reach it$/);
  });

  it("never overlap, and lose none, however many there are", () => {
    const spots = Array.from({ length: 2000 }, (_, at) => ({ left: (at * 37) % 400, top: (at * 91) % 150 }));
    const chosen = spacedDots(spots);
    assert.equal(
      chosen.reduce((sum, { near }) => sum + 1 + near, 0),
      spots.length,
    );
    for (const { index: a } of chosen)
      for (const { index: b } of chosen) {
        const [one, other] = [spots[a], spots[b]];
        if (a < b && one !== undefined && other !== undefined)
          assert.ok(
            Math.abs(one.left - other.left) >= FINGER || Math.abs(one.top - other.top) >= FINGER,
            `${a} and ${b}`,
          );
      }
  });
});
