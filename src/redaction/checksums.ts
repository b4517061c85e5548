/** Check digits of numbers that people, cards and accounts have. All take digits only, unless they say otherwise. */

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48;

/** The sum of the digits, each times its weight. */
export function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += digit(digits, i) * (weights[i] as number);
  return sum;
}

/** The check digit of payment cards (ISO/IEC 7812-1, Annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const value = digit(digits, digits.length - 1 - i);
    const doubled = i % 2 === 1 ? value * 2 : value;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The remainder of a long number: digits, and letters as two digits from A = 10 (ISO 7064 MOD 97-10). */
export function remainder97(text: string): number {
  let remainder = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}

/** ISO 7064 MOD 11,10, the check digit being the last. */
export function passesMod1110(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (digit(digits, i) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digit(digits, digits.length - 1);
}

// The dihedral group D5 and the permutation of Verhoeff's scheme: rotations 0 to 4, reflections 5 to 9.
const multiply = (a: number, b: number): number => {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5);
  return b < 5 ? 5 + ((a - b) % 5) : (a - b + 5) % 5;
};
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
const permuted = (value: number, times: number): number =>
  times === 0 ? value : permuted(PERMUTATION[value] as number, times - 1);

/** Verhoeff's check digit, the last one. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    check = multiply(check, permuted(digit(digits, digits.length - 1 - i), i % 8));
  }
  return check === 0;
}

/** The weights 7, 3, 1 of travel documents (ICAO 9303): digits, letters from A = 10, `<` as 0. */
export function icaoDigit(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const value = text[i] === "<" ? 0 : Number.parseInt(text[i] as string, 36);
    sum += value * ([7, 3, 1][i % 3] as number);
  }
  return sum % 10;
}

/** Whether a year of two digits, a month and a day may be somebody's birthday. */
export const isMonthDay = (month: number, day: number): boolean => month >= 1 && month <= 12 && day >= 1 && day <= 31;
