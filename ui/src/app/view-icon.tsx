import type { ReactNode } from "react";

/** Lines of 16 by 16, by the path of the view. */
const DRAWINGS: Readonly<Record<string, string>> = {
  "/": "M2.5 7.5 8 2.5l5.5 5M4 6.5v7h8v-7M6.5 13.5v-4h3v4",
  "/traces": "M2 3.5h8M4.5 8h8M7.5 12.5H14",
  "/sessions": "M2.5 3h11v7.5h-6L4.5 13.5v-3h-2zM5 6h6",
  "/logs": "M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
  "/errors": "M8 2.2 14.2 13.3H1.8zM8 6.5v3M8 11.3v.2",
  "/cost":
    "M8 1.8v12.4M11 4.6C10.5 3.7 9.4 3.2 8 3.2c-1.7 0-3 .9-3 2.3C5 8.8 11.2 7.2 11.2 10.5c0 1.4-1.4 2.3-3.2 2.3-1.6 0-2.8-.6-3.3-1.6",
  "/models":
    "M4.5 4.5h7v7h-7zM6.5 1.8v2.7M9.5 1.8v2.7M6.5 11.5v2.7M9.5 11.5v2.7M1.8 6.5h2.7M1.8 9.5h2.7M11.5 6.5h2.7M11.5 9.5h2.7",
  "/alerts": "M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3zM6.7 14.2h2.6",
  "/health": "M1.5 8.5H5L6.8 4l2.7 8.5 1.6-4h3.4",
  "/dashboards": "M2.5 2.5h4.7v6H2.5zM8.8 2.5h4.7v3.5H8.8zM2.5 10h4.7v3.5H2.5zM8.8 7.5h4.7v6H8.8z",
};

/** Stands beside the name of a view, for the eye only. */
export const ViewIcon = ({ path }: { readonly path: string }): ReactNode => (
  <svg
    width="16"
    height="16"
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.4"
    aria-hidden="true"
  >
    <path d={DRAWINGS[path]} strokeLinejoin="round" strokeLinecap="round" />
  </svg>
);
