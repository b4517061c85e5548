/** Something to go to. */
export type Item = {
  readonly kind: string;
  readonly title: string;
  readonly note?: string;
  readonly to: string;
  readonly params?: Readonly<Record<string, string>>;
};
