import type { ReactNode } from "react";
import { Empty, Page } from "../../parts/parts.tsx";

export default function View(): ReactNode {
  return (
    <Page title="Home">
      <Empty title="Not there yet" />
    </Page>
  );
}
