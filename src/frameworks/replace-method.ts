// biome-ignore lint/suspicious/noExplicitAny: methods of any library.
export type Method = (this: any, ...args: any[]) => any;

/** Puts another function behind a method of a library's prototype, alike in all that shows. Says whether there was one. */
export function replaceMethod(prototype: object, name: string, make: (original: Method) => Method): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  if (typeof descriptor?.value !== "function" || descriptor.configurable !== true) return false;
  const original = descriptor.value as Method;
  const replaced = make(original);
  Object.defineProperties(replaced, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
  });
  Object.defineProperty(prototype, name, { ...descriptor, value: replaced });
  return true;
}
