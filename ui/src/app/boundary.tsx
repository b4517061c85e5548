import { Component, type ReactNode } from "react";
import { Failure } from "../parts/parts.tsx";

/** A mistake in one view leaves the others as they are. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined };
  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }
  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <Failure
        what="This view failed. Reload the page; if it happens again, it is a mistake of ours."
        error={this.state.error}
      />
    );
  }
}
