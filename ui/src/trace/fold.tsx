import { type ReactNode, useState } from "react";

/** Something that is folded, and drawn when it is opened. */
export function Fold({
  summary,
  isOpen: isOpenAtFirst = false,
  className,
  children,
}: {
  readonly summary: ReactNode;
  readonly isOpen?: boolean;
  readonly className?: string | undefined;
  readonly children: () => ReactNode;
}): ReactNode {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <details className={className} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && children()}
    </details>
  );
}
