/**
 * Samples of one series as bytes, in order of time. Layout: varint count, varint first time, times, then values.
 * Times: differences of differences, zigzag varints, where 0 is followed by how many zeros there are in a row.
 * Values, decimal (mode 0 to 6, the number of decimals): the numbers times 10^mode as differences, coded as times are; what is no such
 * number (NaN, the stale marker, -0) stands apart with its place and bits. Mode 16 to 22 is the same for values that never fall: no zigzag. Values, raw (mode 255): bits XOR the bits before; one
 * byte tells how many zero bytes lead (high half) and how many bytes follow (low half); 0 is followed by a number of repetitions.
 */
import { type ByteReader, type ByteWriter, createByteReader, createByteWriter } from "./bytes.ts";

const RAW = 255;
const MOST_DECIMALS = 6;
/** Added to the number of decimals where no value is smaller than the one before. */
const RISING = 16;
/** Beyond this the difference of two scaled values might not be exact. */
const MOST_SCALED = 2 ** 50;
/** More exceptions than one in so many, and raw is smaller. */
const SAMPLES_PER_EXCEPTION = 8;

const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6] as const;

/** A view of the same bits; a number read from a Float64Array may lose those of a NaN. */
const wordsOf = (values: Float64Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length * 2);

function scaledOf(value: number, power: number): number | undefined {
  const scaled = Math.round(value * power);
  return Math.abs(scaled) <= MOST_SCALED && scaled / power === value && !Object.is(value, -0) ? scaled : undefined;
}

/** The least number of decimals that says nearly all values exactly; undefined where none does. */
function decimalsOf(values: Float64Array): number | undefined {
  const most = Math.floor(values.length / SAMPLES_PER_EXCEPTION) + 1;
  for (let decimals = 0, index = 0, exceptions = 0; decimals <= MOST_DECIMALS; ) {
    if (index === values.length) return decimals;
    const value = values[index] as number;
    if (scaledOf(value, POWERS[decimals] as number) !== undefined) index += 1;
    else if (decimals === MOST_DECIMALS || !Number.isFinite(value) || Object.is(value, -0)) {
      exceptions += 1;
      if (exceptions > most) return undefined;
      index += 1;
    } else [decimals, index, exceptions] = [decimals + 1, 0, 0];
  }
  return undefined;
}

/** Writes differences so that a run of equal ones takes two bytes. */
function createRunWriter(
  bytes: ByteWriter,
  isRising = false,
): { readonly add: (difference: number) => void; readonly end: () => void } {
  let zeros = 0;
  const end = (): void => {
    if (zeros === 0) return;
    bytes.varint(0);
    bytes.varint(zeros);
    zeros = 0;
  };
  return {
    add: (difference) => {
      if (difference === 0) {
        zeros += 1;
        return;
      }
      end();
      if (isRising) bytes.varint(difference);
      else bytes.varint(difference > 0 ? difference * 2 : -difference * 2 - 1);
    },
    end,
  };
}

function encodeTimes(bytes: ByteWriter, timesMs: Float64Array): void {
  const run = createRunWriter(bytes);
  let [before, step] = [timesMs[0] as number, 0];
  for (let index = 1; index < timesMs.length; index += 1) {
    const time = timesMs[index] as number;
    run.add(time - before - step);
    [before, step] = [time, time - before];
  }
  run.end();
}

function encodeDecimal(bytes: ByteWriter, values: Float64Array, decimals: number): void {
  const power = POWERS[decimals] as number;
  const exceptions: number[] = [];
  const scaled = new Float64Array(values.length);
  let [before, isRising] = [0, true];
  for (let index = 0; index < values.length; index += 1) {
    const one = scaledOf(values[index] as number, power);
    if (one === undefined) exceptions.push(index);
    else if (one < before) isRising = false;
    before = one ?? before;
    scaled[index] = before;
  }
  bytes.byte(isRising ? RISING + decimals : decimals);
  const run = createRunWriter(bytes, isRising);
  for (let index = 0; index < scaled.length; index += 1)
    run.add((scaled[index] as number) - (index === 0 ? 0 : (scaled[index - 1] as number)));
  run.end();
  bytes.varint(exceptions.length);
  const words = wordsOf(values);
  for (const index of exceptions) {
    bytes.varint(index);
    bytes.word(words[index * 2] as number);
    bytes.word(words[index * 2 + 1] as number);
  }
}

const significantBytesOf = (word: number): number => 4 - (Math.clz32(word) >>> 3);
const trailingBytesOf = (word: number): number => (31 - Math.clz32(word & -word)) >>> 3;

function encodeRaw(bytes: ByteWriter, values: Float64Array): void {
  const words = wordsOf(values);
  let [low, high, repeated] = [0, 0, 0];
  const endRun = (): void => {
    if (repeated === 0) return;
    bytes.byte(0);
    bytes.varint(repeated);
    repeated = 0;
  };
  for (let index = 0; index < values.length; index += 1) {
    const lowXor = ((words[index * 2] as number) ^ low) >>> 0;
    const highXor = ((words[index * 2 + 1] as number) ^ high) >>> 0;
    if (lowXor === 0 && highXor === 0) {
      repeated += 1;
      continue;
    }
    endRun();
    const top = highXor === 0 ? significantBytesOf(lowXor) : 4 + significantBytesOf(highXor);
    const bottom = lowXor === 0 ? 4 + trailingBytesOf(highXor) : trailingBytesOf(lowXor);
    bytes.byte(((8 - top) << 4) | (top - bottom));
    for (let at = top - 1; at >= bottom; at -= 1)
      bytes.byte(at >= 4 ? highXor >>> ((at - 4) * 8) : lowXor >>> (at * 8));
    [low, high] = [words[index * 2] as number, words[index * 2 + 1] as number];
  }
  endRun();
}

export function encodeSamples(timesMs: Float64Array, values: Float64Array): Uint8Array {
  const bytes = createByteWriter();
  bytes.varint(timesMs.length);
  bytes.varint(timesMs[0] as number);
  encodeTimes(bytes, timesMs);
  const decimals = decimalsOf(values);
  if (decimals === undefined) {
    bytes.byte(RAW);
    encodeRaw(bytes, values);
  } else encodeDecimal(bytes, values, decimals);
  return bytes.take();
}

function decodeTimes(bytes: ByteReader, into: Float64Array, at: number, count: number, offsetMs: number): void {
  let time = bytes.varint() + offsetMs;
  into[at] = time;
  let [step, zeros] = [0, 0];
  for (let index = at + 1; index < at + count; index += 1) {
    if (zeros > 0) zeros -= 1;
    else {
      const token = bytes.varint();
      if (token === 0) zeros = bytes.varint() - 1;
      else step += token % 2 === 0 ? token / 2 : -(token + 1) / 2;
    }
    time += step;
    into[index] = time;
  }
}

function decodeDecimal(bytes: ByteReader, into: Float64Array, at: number, count: number, mode: number): void {
  const isRising = mode >= RISING;
  const decimals = isRising ? mode - RISING : mode;
  const power = POWERS[decimals] as number;
  let [scaled, zeros] = [0, 0];
  for (let index = at; index < at + count; index += 1) {
    if (zeros > 0) zeros -= 1;
    else {
      const token = bytes.varint();
      if (token === 0) zeros = bytes.varint() - 1;
      else if (isRising) scaled += token;
      else scaled += token % 2 === 0 ? token / 2 : -(token + 1) / 2;
    }
    into[index] = decimals === 0 ? scaled : scaled / power;
  }
  const words = wordsOf(into);
  for (let exceptions = bytes.varint(); exceptions > 0; exceptions -= 1) {
    const index = at + bytes.varint();
    words[index * 2] = bytes.word();
    words[index * 2 + 1] = bytes.word();
  }
}

function decodeRaw(bytes: ByteReader, into: Float64Array, at: number, count: number): void {
  const words = wordsOf(into);
  let [low, high, repeated] = [0, 0, 0];
  for (let index = at; index < at + count; index += 1) {
    if (repeated > 0) repeated -= 1;
    else {
      const control = bytes.byte();
      if (control === 0) repeated = bytes.varint() - 1;
      else {
        const top = 8 - (control >>> 4);
        const bottom = top - (control & 15);
        for (let place = top - 1; place >= bottom; place -= 1) {
          if (place >= 4) high ^= bytes.byte() << ((place - 4) * 8);
          else low ^= bytes.byte() << (place * 8);
        }
      }
    }
    words[index * 2] = low;
    words[index * 2 + 1] = high;
  }
}

/** Decodes into the two arrays from index `at` on; times get `offsetMs` added. Answers how many there were; where that is
 * not `expected`, nothing is decoded and the bytes are damaged. */
export function decodeSamples(
  encoded: Uint8Array,
  timesMs: Float64Array,
  values: Float64Array,
  at: number,
  offsetMs: number,
  expected: number,
): number {
  const bytes = createByteReader(encoded);
  const count = bytes.varint();
  if (count !== expected) return count;
  decodeTimes(bytes, timesMs, at, count, offsetMs);
  const mode = bytes.byte();
  if (mode === RAW) decodeRaw(bytes, values, at, count);
  else decodeDecimal(bytes, values, at, count, mode);
  return count;
}
