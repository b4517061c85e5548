/** What status pages tell about the process and its store. */
export type ApiUsage = {
  readonly startedMs: number;
  /** How long data is kept, as it is configured: "15d", "15d or 10GB". */
  readonly retention?: string;
};
