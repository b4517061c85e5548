/** One thing that was looked at. `warn` works, but probably not as is wanted; `fail` does not. */
export type Check = {
  readonly level: "ok" | "warn" | "fail";
  /** What was looked at, a word or two. */
  readonly about: string;
  readonly found: string;
  /** What to do, where something is to be done. */
  readonly todo?: string;
};
