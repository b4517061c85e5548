export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Puts a method before that of the prototype, on this one object and as little to be seen as that. */
export function shadow(target: object, name: PropertyKey, value: Method): void {
  Object.defineProperty(target, name, { configurable: true, writable: true, enumerable: false, value });
}
