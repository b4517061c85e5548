import { filledTextOf, listOf, membersOf, truthOf } from "./json.ts";

/** A link of a dashboard, a panel or a value; its address may hold variables. */
export type Link = {
  readonly title: string;
  readonly url: string;
  readonly tooltip?: string | undefined;
  readonly includeVars?: boolean | undefined;
  readonly keepTime?: boolean | undefined;
};

export const readLinks = (value: unknown): readonly Link[] =>
  listOf(value).flatMap((one) => {
    const { title, url, tooltip, includeVars, keepTime } = membersOf(one);
    const address = filledTextOf(url);
    if (address === undefined) return [];
    return [
      {
        title: filledTextOf(title) ?? address,
        url: address,
        tooltip: filledTextOf(tooltip),
        includeVars: truthOf(includeVars),
        keepTime: truthOf(keepTime),
      },
    ];
  });
