import { SpanStatusCode } from "@opentelemetry/api";
import { ATTR, httpMethodOf, OTHER_METHOD } from "../model/index.ts";
import type { Described, RequestHead } from "./exchange.ts";

/**
 * Describes any other outgoing request as the HTTP conventions want it (semantic conventions 1.36, HTTP client spans). `provider` is named
 * where the host is a model provider's own: listing its models or sending it a file is no call to a model.
 */
export function describeHttpClient(head: RequestHead, provider?: string): Described {
  let status = 0;
  let bytes = 0;
  const defaultPort = head.scheme === "https" ? 443 : 80;
  const method = httpMethodOf(head.method);
  const authority = head.port === defaultPort ? head.host : `${head.host}:${head.port}`;
  return {
    name: method === OTHER_METHOD ? "HTTP" : method,
    attributes: {
      [ATTR.httpMethod]: method,
      ...(method === OTHER_METHOD && { [ATTR.httpMethodOriginal]: head.method }),
      ...(provider !== undefined && { [ATTR.provider]: provider }),
      // The query is left out: it is where tokens and personal data travel.
      "url.full": `${head.scheme}://${authority}${head.path}`,
    },
    description: {
      responseHead: (code) => {
        status = code;
      },
      responseChunk: (chunk) => {
        bytes += chunk.length;
      },
      end: (span, outcome) => {
        if (status !== 0) span.setAttribute(ATTR.httpStatus, status);
        if (provider !== undefined) span.setAttribute(ATTR.responseBytes, bytes);
        if (outcome.kind === "failed") {
          span.setAttribute(ATTR.errorType, outcome.type);
          span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.message });
        } else if (status >= 400) {
          span.setAttribute(ATTR.errorType, String(status));
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
      },
    },
  };
}
