/** What two lists have in common, in order. Pure. */

export type Step<A, B> = { readonly a: A | undefined; readonly b: B | undefined };

/** More than this would take seconds; lists that long are matched one by one, by what comes first. */
const MOST_CELLS = 2_000_000;

/** Pairs the places of equal items so that as many as possible are paired and none cross (longest common subsequence). */
function pairPlaces(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    pairs.push([start, start]);
    start += 1;
  }
  let [endA, endB] = [a.length, b.length];
  const tail: [number, number][] = [];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
    tail.push([endA, endB]);
  }
  const [rows, columns] = [endA - start, endB - start];
  if (rows * columns > MOST_CELLS) pairs.push(...pairInTurn(a, b, [start, endA], [start, endB]));
  else if (rows > 0 && columns > 0) {
    // length[i][j]: of what is left of a from i on and of b from j on.
    const width = columns + 1;
    const length = new Uint32Array((rows + 1) * width);
    for (let i = rows - 1; i >= 0; i--)
      for (let j = columns - 1; j >= 0; j--)
        length[i * width + j] =
          a[start + i] === b[start + j]
            ? (length[(i + 1) * width + j + 1] as number) + 1
            : Math.max(length[(i + 1) * width + j] as number, length[i * width + j + 1] as number);
    for (let i = 0, j = 0; i < rows && j < columns; ) {
      if (a[start + i] === b[start + j]) pairs.push([start + i++, start + j++]);
      else if ((length[(i + 1) * width + j] as number) >= (length[i * width + j + 1] as number)) i += 1;
      else j += 1;
    }
  }
  return [...pairs, ...tail.reverse()];
}

/** Each item with the next equal one: no best match, but one in a single pass. */
function pairInTurn(
  a: readonly string[],
  b: readonly string[],
  [fromA, toA]: readonly [number, number],
  [fromB, toB]: readonly [number, number],
): [number, number][] {
  const places = new Map<string, number[]>();
  for (let at = toB - 1; at >= fromB; at--) {
    const known = places.get(b[at] as string);
    if (known === undefined) places.set(b[at] as string, [at]);
    else known.push(at);
  }
  const pairs: [number, number][] = [];
  let least = fromB;
  for (let at = fromA; at < toA; at++) {
    const waiting = places.get(a[at] as string);
    while (waiting !== undefined && (waiting.at(-1) ?? least) < least) waiting.pop();
    const found = waiting?.pop();
    if (found === undefined) continue;
    pairs.push([at, found]);
    least = found + 1;
  }
  return pairs;
}

/** Both lists as one: what is in both once, what is in one of them where it stands there. */
export function mergeLists<A, B>(
  a: readonly A[],
  b: readonly B[],
  keyOfA: (item: A) => string,
  keyOfB: (item: B) => string,
): Step<A, B>[] {
  const merged: Step<A, B>[] = [];
  let [nextA, nextB] = [0, 0];
  const until = (endA: number, endB: number): void => {
    while (nextA < endA) merged.push({ a: a[nextA++] as A, b: undefined });
    while (nextB < endB) merged.push({ a: undefined, b: b[nextB++] as B });
  };
  for (const [atA, atB] of pairPlaces(a.map(keyOfA), b.map(keyOfB))) {
    until(atA, atB);
    merged.push({ a: a[nextA++] as A, b: b[nextB++] as B });
  }
  until(a.length, b.length);
  return merged;
}

export type TextPart = { readonly text: string; readonly in: "both" | "a" | "b" };

/** More words than this are not compared one by one. */
const MOST_WORDS = 1400;
const MOST_CHARACTERS = 60_000;

/** Two texts as one, by words; by lines where they are long. */
export function diffTexts(a: string, b: string): readonly TextPart[] {
  const words = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const isLong = a.length + b.length > MOST_CHARACTERS;
  let [left, right] = isLong ? [lines(a), lines(b)] : [words(a), words(b)];
  if (!isLong && Math.max(left.length, right.length) > MOST_WORDS) [left, right] = [lines(a), lines(b)];
  const same = (text: string): string => text;
  const parts: { text: string; in: TextPart["in"] }[] = [];
  for (const step of mergeLists(left, right, same, same)) {
    const where = step.a === undefined ? "b" : step.b === undefined ? "a" : "both";
    const text = step.a ?? step.b ?? "";
    const last = parts.at(-1);
    if (last?.in === where) last.text += text;
    else parts.push({ text, in: where });
  }
  return parts;
}
