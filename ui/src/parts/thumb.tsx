import type { ReactNode } from "react";

/** Drawn, because not every machine has a font with it. Its meaning stands beside it, or in the label of what it is in. */
export const Thumb = ({ isDown = false }: { readonly isDown?: boolean }): ReactNode => (
  <svg width="15" height="15" viewBox="0 0 16 16" aria-hidden="true" transform={isDown ? "rotate(180)" : undefined}>
    <path
      d="M1.5 7h2.7v7H1.5zM5.6 13.2V7.4l2.6-5.6c.9 0 1.6.6 1.6 1.6 0 1-.4 2-.7 2.8h3.6c1 0 1.7.9 1.5 1.9l-.9 4.4c-.2.9-.9 1.5-1.8 1.5H7.6c-.8 0-1.5-.3-2-.8z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      strokeLinejoin="round"
    />
  </svg>
);
