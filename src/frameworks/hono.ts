import { tellRoute } from "./http-route.ts";
import type { AdoptedFile } from "./module-hooks.ts";

type Handler = ((...args: never[]) => unknown) & { readonly __COMPOSED_HANDLER?: Handler };
type Found = readonly [handler: Handler, route: { readonly path: string; readonly method: string }];
/** The handlers that are found for a path, outermost first, each with its parameters. */
type Match = readonly [found: readonly (readonly [Found, unknown])[], ...unknown[]];
type Router = { match: (method: string, path: string) => Match };

/** Middleware is registered for all methods, as a handler may be, but takes what comes next. */
function isMiddleware([handler, { method }]: Found): boolean {
  return method === "ALL" && (handler.__COMPOSED_HANDLER ?? handler).length > 1;
}

/** The template of the innermost handler. */
const routeOf = ([found]: Match): string | undefined =>
  found.map(([one]) => one).findLast((one) => !isMiddleware(one))?.[1].path;

/** Tells the route of each request to a Hono server as its router finds it. */
export function honoAdapter(onRoute: () => void, onFault: (error: unknown) => void): AdoptedFile {
  const tell = (match: Match): void => {
    try {
      const route = routeOf(match);
      if (route === undefined) return;
      tellRoute(route);
      onRoute();
    } catch (error) {
      onFault(error);
    }
  };
  return {
    packageName: "hono",
    path: /^dist\/(?:cjs\/)?router\/smart-router\/router$/,
    locals: ["SmartRouter"],
    adopt: ({ get }) => {
      const { prototype } = get("SmartRouter") as { readonly prototype: Router };
      const { match } = prototype;
      prototype.match = function (method, path) {
        const found = match.call(this, method, path);
        tell(found);
        // With the first request it chooses a router, whose method takes the place of this one.
        if (Object.hasOwn(this, "match")) {
          const chosen = this.match;
          this.match = (nextMethod, nextPath) => {
            const next = chosen(nextMethod, nextPath);
            tell(next);
            return next;
          };
        }
        return found;
      };
    },
  };
}
