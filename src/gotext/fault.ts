import { quote } from "./quote.ts";

/** What a parser of Go's strconv says of a text that it cannot read. */
export const fault = (parser: string, text: string, what = "invalid syntax"): string =>
  `strconv.${parser}: parsing ${quote(text)}: ${what}`;
