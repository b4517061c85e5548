/** What the loggers of the program are given, and where their lines go as well. */
export type LogTap = {
  /** The ids of the current span and what the context carries, under the names that log lines use. */
  readonly ids: () => Readonly<Record<string, string | number | boolean>> | undefined;
  /** Whether a line that its logger leaves out for its level is to be told of all the same. */
  readonly takesLine: () => boolean;
  readonly emit: (line: {
    readonly level: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
    /** The library whose line it is. */
    readonly logger: string;
  }) => void;
};
