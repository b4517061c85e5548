import { get, getJson } from "./http.ts";

export type LogLine = {
  readonly text: string;
  /** Index labels and structured metadata together, as Loki answers. */
  readonly labels: Readonly<Record<string, string>>;
};

export type Loki = ReturnType<typeof createLoki>;

type Answer = {
  readonly data: {
    readonly result: readonly {
      /** Of lines. */
      readonly stream?: Record<string, string>;
      /** Of numbers. */
      readonly metric?: Record<string, string>;
      readonly values: [string, string][];
    }[];
  };
};

/** What the instrumentation says by itself of runs and errors, beside the lines that the program writes. */
export const isOwn = ({ text }: LogLine): boolean => /^agent_observatory\.\w+: /.test(text);

/** More than any test writes: a limit that cuts off would look like a loss. */
const LIMIT = 5000;

/** A client of the parts of Loki's HTTP API that the tests ask. */
export function createLoki(url: string) {
  const ask = async (query: string): Promise<Answer["data"]["result"]> => {
    const now = Date.now();
    const { data } = await getJson<Answer>(`${url}/loki/api/v1/query_range`, {
      query,
      start: `${now - 3_600_000}000000`,
      end: `${now}000000`,
      limit: LIMIT,
    });
    return data.result;
  };
  return {
    url,
    isReady: async (): Promise<boolean> => (await get(`${url}/ready`)).ok,

    /** The lines of the last hour that a LogQL query selects. */
    lines: async (query: string): Promise<LogLine[]> =>
      (await ask(query)).flatMap(({ stream, values }) => values.map(([, text]) => ({ text, labels: stream ?? {} }))),

    /** The series of the last hour that a LogQL query makes of lines, by their labels. */
    series: async (query: string): Promise<LogLine["labels"][]> => (await ask(query)).map(({ metric }) => metric ?? {}),
  };
}
