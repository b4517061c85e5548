export type ByteWriter = {
  readonly byte: (value: number) => void;
  /** A whole number from 0 to 2^53, seven bits a byte, the lowest first. */
  readonly varint: (value: number) => void;
  /** 32 bits, the lowest byte first. */
  readonly word: (value: number) => void;
  readonly take: () => Uint8Array;
};

const FIRST_CAPACITY = 1024;

export function createByteWriter(): ByteWriter {
  let buffer = new Uint8Array(FIRST_CAPACITY);
  let length = 0;
  const byte = (value: number): void => {
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
    buffer[length++] = value;
  };
  return {
    byte,
    varint: (value) => {
      let rest = value;
      // Bit operations know 32 bits only.
      while (rest >= 0x8000_0000) {
        byte((rest % 128) | 0x80);
        rest = Math.floor(rest / 128);
      }
      while (rest >= 0x80) {
        byte((rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      byte(rest);
    },
    word: (value) => {
      for (let shift = 0; shift < 32; shift += 8) byte(value >>> shift);
    },
    take: () => buffer.slice(0, length),
  };
}

/** Reads what a byte writer wrote; past the end everything is 0. */
export type ByteReader = {
  readonly byte: () => number;
  readonly varint: () => number;
  readonly word: () => number;
};

export function createByteReader(buffer: Uint8Array): ByteReader {
  let at = 0;
  const byte = (): number => buffer[at++] ?? 0;
  return {
    byte,
    varint: () => {
      let value = buffer[at++] ?? 0;
      if (value < 0x80) return value;
      value &= 0x7f;
      for (let factor = 128; ; factor *= 128) {
        const next = buffer[at++] ?? 0;
        value += (next & 0x7f) * factor;
        if (next < 0x80) return value;
      }
    },
    word: () => (byte() | (byte() << 8) | (byte() << 16) | (byte() << 24)) >>> 0,
  };
}
