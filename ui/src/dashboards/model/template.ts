/** Variables in texts: `$name`, `${name}`, `${name:format}`, `${name.member:format}`, `[[name]]`, as Grafana replaces them. */

export type VariableValue = {
  readonly name: string;
  /** What is chosen; of "all" without a value of its own these are all choices. */
  readonly values: readonly string[];
  readonly texts: readonly string[];
  /** Several may be chosen: its values go into a query as a pattern. */
  readonly isPattern: boolean;
  /** "All" with a value that the author wrote: goes into queries as it is. */
  readonly isWritten?: boolean;
  /** As it stands in the URL. */
  readonly chosen: readonly string[];
};
export type VariableValues = ReadonlyMap<string, VariableValue>;
/** What a format makes of values where the text names none. */
export type Formatter = (value: VariableValue) => string;

const REFERENCE = /\$(\w+)|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}|\[\[(\w+?)(?:\.[^:^\]]+)?(?::(\w+))?\]\]/g;

const escapeRegex = (text: string): string => text.replaceAll(/[\\^$*+?.()|[\]{}/]/g, "\\$&");
const inString = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

/** Values of Prometheus and Loki in a string of a query: escaped for the pattern and for the string around it. */
export const forQuery: Formatter = ({ values, isPattern, isWritten }) => {
  if (isWritten) return values.join("|");
  if (!isPattern) return values.map(inString).join(",");
  const escaped = values.map((value) =>
    value
      .replaceAll("\\", "\\\\\\\\")
      .replaceAll(/[$^*{}[\]'+?.()|]/g, "\\\\$&")
      .replaceAll('"', '\\"'),
  );
  return escaped.length === 1 ? (escaped[0] ?? "") : `(${escaped.join("|")})`;
};

/** Several values as `{a,b}`. */
export const glob: Formatter = ({ values }) => (values.length === 1 ? (values[0] ?? "") : `{${values.join(",")}}`);

const quoted = (mark: string) => (value: string) => `${mark}${value.replaceAll(mark, `\\${mark}`)}${mark}`;

const FORMATS: Readonly<Record<string, Formatter>> = {
  raw: ({ values }) => values.join(","),
  csv: ({ values }) => values.join(","),
  pipe: ({ values }) => values.join("|"),
  glob,
  json: ({ values }) => JSON.stringify(values.length === 1 ? values[0] : values),
  regex: ({ values }) => {
    const escaped = values.map(escapeRegex);
    return escaped.length === 1 ? (escaped[0] ?? "") : `(${escaped.join("|")})`;
  },
  distributed: ({ name, values }) => values.join(`,${name}=`),
  lucene: ({ values }) => (values.length === 1 ? (values[0] ?? "") : `(${values.map(quoted('"')).join(" OR ")})`),
  percentencode: (value) => encodeURIComponent(glob(value)),
  uriencode: (value) => encodeURI(glob(value)),
  queryparam: ({ name, chosen }) => chosen.map((one) => `var-${name}=${encodeURIComponent(one)}`).join("&"),
  doublequote: ({ values }) => values.map(quoted('"')).join(","),
  singlequote: ({ values }) => values.map(quoted("'")).join(","),
  sqlstring: ({ values }) => values.map((one) => `'${one.replaceAll("'", "''")}'`).join(","),
  text: ({ texts }) => texts.join(" + "),
  date: ({ values }) => {
    const date = new Date(Number(values[0]));
    return Number.isNaN(date.getTime()) ? (values[0] ?? "") : date.toISOString();
  },
};

/** A variable of one value that nobody chooses, as `__interval`. */
export const given = (name: string, value: string): VariableValue => ({
  name,
  values: [value],
  texts: [value],
  isPattern: false,
  chosen: [value],
});

/** What is not known stays as it is written: `$1` is a group of a pattern. */
export function interpolate(
  text: string,
  lookUp: (name: string, member: string | undefined) => VariableValue | undefined,
  usual: Formatter = glob,
): string {
  if (!text.includes("$") && !text.includes("[[")) return text;
  return text.replaceAll(
    REFERENCE,
    (whole, plain?: string, braced?: string, member?: string, format?: string, old?: string, oldFormat?: string) => {
      const value = lookUp(plain ?? braced ?? old ?? "", member);
      if (value === undefined) return whole;
      const named = (format ?? oldFormat ?? "").split(":")[0] ?? "";
      return (FORMATS[named] ?? usual)(value);
    },
  );
}

/** The names of variables that a text mentions. */
export const mentioned = (text: string): readonly string[] =>
  [...text.matchAll(REFERENCE)].map(([, plain, braced, , , old]) => plain ?? braced ?? old ?? "");
