import { get, getJson } from "./http.ts";

export type Labels = Readonly<Record<string, string>>;
export type Sample = { readonly labels: Labels; readonly value: number };
export type Series = { readonly labels: Labels; readonly values: readonly number[] };
export type Exemplar = { readonly series: Labels; readonly labels: Labels; readonly value: number };
export type Rule = {
  readonly name: string;
  readonly type: string;
  readonly health: string;
  readonly lastError?: string;
};

export type Prometheus = ReturnType<typeof createPrometheus>;

type Answer<T> = { readonly data: T };
type Vector = { readonly result: readonly { readonly metric: Labels; readonly value: [number, string] }[] };
type Matrix = { readonly result: readonly { readonly metric: Labels; readonly values: [number, string][] }[] };
type ExemplarData = readonly {
  readonly seriesLabels: Labels;
  readonly exemplars: readonly { readonly labels: Labels; readonly value: string }[];
}[];

const nowS = (): number => Date.now() / 1000;

/** A client of the parts of Prometheus' HTTP API that the tests ask. */
export function createPrometheus(url: string) {
  const api = `${url}/api/v1`;
  return {
    url,
    isReady: async (): Promise<boolean> => (await get(`${url}/-/ready`)).ok,

    query: async (expr: string): Promise<Sample[]> => {
      const { data } = await getJson<Answer<Vector>>(`${api}/query`, { query: expr });
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },

    queryRange: async (expr: string, minutes: number): Promise<Series[]> => {
      const parameters = { query: expr, start: nowS() - minutes * 60, end: nowS(), step: 15 };
      const { data } = await getJson<Answer<Matrix>>(`${api}/query_range`, parameters);
      return data.result.map(({ metric, values }) => ({ labels: metric, values: values.map(([, v]) => Number(v)) }));
    },

    labelValues: async (selector: string, label: string): Promise<string[]> =>
      (await getJson<Answer<string[]>>(`${api}/label/${label}/values`, { "match[]": selector })).data,

    exemplars: async (expr: string): Promise<Exemplar[]> => {
      const parameters = { query: expr, start: nowS() - 3600, end: nowS() };
      const { data } = await getJson<Answer<ExemplarData>>(`${api}/query_exemplars`, parameters);
      return data.flatMap(({ seriesLabels, exemplars }) =>
        exemplars.map(({ labels, value }) => ({ series: seriesLabels, labels, value: Number(value) })),
      );
    },

    rules: async (): Promise<Rule[]> => {
      const { data } = await getJson<Answer<{ groups: { rules: Rule[] }[] }>>(`${api}/rules`);
      return data.groups.flatMap(({ rules }) => rules);
    },
  };
}
