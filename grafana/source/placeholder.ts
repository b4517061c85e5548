/** `${expression}` as Grafana replaces it; a function, because in a string literal it looks like a forgotten template. */
export const placeholder = (expression: string): string => `$\{${expression}}`;
