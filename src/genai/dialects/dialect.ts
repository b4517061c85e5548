export type Attributes = Readonly<Record<string, unknown>>;

/** How one instrumentation spells what the GenAI conventions have a name for. */
export type Dialect = {
  /** Attributes of which one tells, as a text, that a span speaks this dialect. */
  readonly markers: readonly string[];
  /** Canonical name from the dialect's names, the first present one winning. Texts and numbers are taken as they are. */
  readonly names: readonly (readonly [canonical: string, ...foreign: string[]])[];
  /** Canonical name and value from a value of the dialect: `when` is what the value must be. Earlier rows win. */
  readonly values: readonly Wording[];
};

export type Wording = {
  readonly foreign: string;
  readonly when: string | RegExp;
  readonly canonical: string;
  /** A fixed value, or the attribute whose value it takes. */
  readonly value: string | { readonly of: string };
};

export const says = (value: unknown, when: string | RegExp): boolean =>
  typeof value === "string" && (typeof when === "string" ? value === when : when.test(value));
