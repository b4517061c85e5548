export type Parameters = Readonly<Record<string, string | number | readonly string[]>>;

const TIMEOUT_MS = 10_000;

function withQuery(url: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return query.size === 0 ? url : `${url}?${query}`;
}

export async function get(
  url: string,
  parameters: Parameters = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(withQuery(url, parameters), { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

/** The body of a successful answer; anything else is an error that quotes what was answered. */
export async function getJson<T>(
  url: string,
  parameters: Parameters = {},
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await get(url, parameters, headers);
  const body = await response.text();
  if (!response.ok) throw new Error(`${withQuery(url, parameters)} answered ${response.status}: ${body.slice(0, 300)}`);
  return JSON.parse(body) as T;
}
