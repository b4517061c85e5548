import type { ReactNode } from "react";
import { Link } from "../app/link.tsx";

type SpanLinkProps = {
  readonly traceId: string;
  readonly spanId: string;
  /** The part of the trace's view that shows it. */
  readonly tab?: string;
  readonly title?: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
};

/** Leads to a span in its trace. */
export const SpanLink = ({ traceId, spanId, tab = "waterfall", children, ...rest }: SpanLinkProps): ReactNode => (
  <Link to={`/trace/${traceId}`} params={{ span: spanId, tab }} {...rest}>
    {children}
  </Link>
);
