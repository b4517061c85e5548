/**
 * A UUID (RFC 9562, version 4) to tell things apart, not to keep secrets: node:crypto costs milliseconds and a megabyte at the start of every
 * program, and Math.random begins anywhere else in every process and thread.
 */
export function uniqueId(): string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(Math.random() * 16).toString(16)).join("");
  const variant = "89ab"[Math.floor(Math.random() * 4)];
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}
