/**
 * What a program puts in front of its handlers: a rate limit. Nothing here may throw into a handler, keep the process, or turn somebody away
 * because of a fault of its own; memory is bounded however many clients there are.
 */
export { type RateLimitMiddleware, type RateLimitOptions, rateLimit } from "./rate-limit.ts";
export { type FastifyRateLimitPlugin, rateLimitFastify } from "./rate-limit-fastify.ts";
