import diagnostics_channel from "node:diagnostics_channel";
import { tellRoute } from "./http-route.ts";

type FastifyRequest = {
  readonly is404?: boolean;
  readonly routeOptions?: { readonly url?: string };
  /** Before 4.10; later ones warn of its use. */
  readonly routerPath?: string;
};
type Hook = (request: FastifyRequest, reply: unknown, done: () => void) => void;
type Message = { readonly fastify: { readonly addHook: (name: "onRequest", hook: Hook) => void } };

const CHANNEL = "fastify.initialization";

/**
 * Tells the route of each request to a Fastify server: every instance is given a hook as it is made, through the channel by which Fastify tells
 * of it. Its channel about handlers would speak too late: who is turned away by a hook or a schema does not get to one. Returns what stops it.
 */
export function watchFastify(onRoute: () => void, onFault: (error: unknown) => void): () => void {
  const hook: Hook = (request, _reply, done) => {
    try {
      const route = request.routeOptions === undefined ? request.routerPath : request.routeOptions.url;
      if (route !== undefined && request.is404 !== true) {
        tellRoute(route);
        onRoute();
      }
    } catch (error) {
      onFault(error);
    }
    done();
  };
  const onInstance = (message: unknown): void => {
    try {
      (message as Message).fastify.addHook("onRequest", hook);
    } catch (error) {
      onFault(error);
    }
  };
  diagnostics_channel.subscribe(CHANNEL, onInstance);
  return () => void diagnostics_channel.unsubscribe(CHANNEL, onInstance);
}
