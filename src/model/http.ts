/** What an HTTP method is called that the conventions do not know (semantic conventions, HTTP). */
export const OTHER_METHOD = "_OTHER";

/** RFC 9110, PATCH of RFC 5789, and QUERY. */
const KNOWN: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "QUERY",
]);

/** An HTTP method by its name in telemetry: anybody may send any text for one. */
export const httpMethodOf = (method: string): string => (KNOWN.has(method) ? method : OTHER_METHOD);

/** The route of a request that no route of the program was found for: its path is anybody's text. */
export const UNMATCHED_ROUTE = "unmatched";
