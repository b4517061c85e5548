const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** The checksum of SegWit addresses (BIP 173; BIP 350 has another end value). */
function passesBech32(word: string): boolean {
  const lower = word.toLowerCase();
  const split = lower.lastIndexOf("1");
  const values: number[] = [];
  for (let i = 0; i < split; i++) values.push(lower.charCodeAt(i) >> 5);
  values.push(0);
  for (let i = 0; i < split; i++) values.push(lower.charCodeAt(i) & 31);
  for (let i = split + 1; i < lower.length; i++) values.push(BECH32.indexOf(lower[i] as string));
  let sum = 1;
  for (const value of values) {
    if (value === -1) return false;
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries()) {
      if ((top >> bit) & 1) sum ^= generator;
    }
  }
  return sum === 1 || sum >>> 0 === 0x2bc830a3;
}

/** Version, payload and four bytes of a double SHA-256 over them. */
function passesBase58Check(word: string): boolean {
  let number = 0n;
  for (const character of word) {
    const value = BASE58.indexOf(character);
    if (value === -1) return false;
    number = number * 58n + BigInt(value);
  }
  const hex = number.toString(16);
  const zeros = /^1*/.exec(word)?.[0].length ?? 0;
  const bytes = Buffer.from("00".repeat(zeros) + (hex.length % 2 === 1 ? `0${hex}` : hex), "hex");
  if (bytes.length !== 25 && bytes.length !== 37 && bytes.length !== 38) return false;
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = (data: Buffer): Buffer => createHash("sha256").update(data).digest();
  return hash(hash(bytes.subarray(0, -4)))
    .subarray(0, 4)
    .equals(bytes.subarray(-4));
}

const SEGWIT = /^(?:bc1|tb1|ltc1|addr1|cosmos1|BC1)[a-zA-Z0-9]{25,107}$/;
const BASE58_ADDRESS = /^(?:[13LMDAXTt][1-9A-HJ-NP-Za-km-z]{25,34}|[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51})$/;

/** An address of Ethereum, Bitcoin, Litecoin, Dogecoin, Dash, Tron, or the private key to one of Bitcoin's. */
export function isWallet(word: string): boolean {
  if (word.startsWith("0x"))
    return word.length === 42 && /^0x[0-9a-fA-F]{40}$/.test(word) && !/^0x(.)\1{38}/.test(word);
  if (SEGWIT.test(word)) return passesBech32(word);
  return BASE58_ADDRESS.test(word) && /\d/.test(word) && passesBase58Check(word);
}
