/**
 * The route of a request as it was `found`. The instrumentation of Express tells where a router is mounted though no route below it was found:
 * then Express, which puts `app` on its requests by their prototype, has put no `route` there.
 */
export function routeOf(request: object, found: string | undefined, status: number | undefined): string | undefined {
  const isLost = status === 404 && "app" in request && (request as { readonly route?: unknown }).route === undefined;
  return isLost ? undefined : found;
}
