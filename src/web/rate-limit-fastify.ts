import { PROBLEM_TYPE, problemBody } from "./answer.ts";
import { createLimiter } from "./limiter.ts";
import type { RateLimitOptions } from "./rate-limit.ts";

type FastifyRequest = {
  readonly ip: string;
  readonly is404?: boolean;
  readonly routeOptions?: { readonly url?: string | undefined };
};
type FastifyReply = {
  readonly getHeader: (name: string) => unknown;
  readonly header: (name: string, value: string) => unknown;
  readonly code: (status: number) => unknown;
  readonly send: (body: string) => unknown;
};
type Done = (error?: Error) => void;
type Hook = (request: FastifyRequest, reply: FastifyReply, done: Done) => void;
/** In types that every version of Fastify's instance fits. */
type Fastify = { readonly addHook: (name: never, hook: never) => unknown };

export type FastifyRateLimitPlugin = (fastify: Fastify, options: unknown, done: Done) => void;

/** By this Fastify knows a plugin whose hooks are for all that is registered beside it. */
const SKIP_OVERRIDE = Symbol.for("skip-override");

/**
 * `rateLimit` as a plugin of Fastify 4 and 5: `await app.register(rateLimitFastify({ limit: 100 }))`, before the routes that it is for. Registered
 * within a plugin of the program it is for the routes of that one. `key` is given Fastify's request.
 */
export function rateLimitFastify<R = { readonly ip: string }>(
  options: RateLimitOptions<R> = {},
): FastifyRateLimitPlugin {
  const { policy, isRefused } = createLimiter(options ?? {});
  const isAnswered = (request: FastifyRequest, reply: FastifyReply): boolean => {
    const asking = {
      request,
      address: request.ip,
      route: request.is404 === true ? undefined : request.routeOptions?.url,
    };
    const place = {
      getHeader: (name: string) => reply.getHeader(name),
      setHeader: (name: string, value: string) => void reply.header(name, value),
    };
    if (!isRefused(asking, place)) return false;
    reply.code(429);
    reply.header("content-type", PROBLEM_TYPE);
    reply.send(problemBody(policy));
    return true;
  };
  const plugin: FastifyRateLimitPlugin = (fastify, _options, done) => {
    const hook: Hook = (request, reply, next) => {
      let answered = false;
      try {
        answered = isAnswered(request, reply);
      } catch {
        // Then it passes.
      }
      if (!answered) next();
    };
    fastify.addHook("onRequest" as never, hook as never);
    done();
  };
  return Object.assign(plugin, { [SKIP_OVERRIDE]: true });
}
