import { type ComponentType, createElement, lazy } from "react";

/** A view that is loaded when it is first looked at, or before that. */
export type LoadedView = {
  readonly Body: ComponentType;
  /** Loads it. What fails is told where it is looked at. */
  readonly load: () => Promise<void>;
};

/**
 * What is there already is drawn at once: React keeps a placeholder that it has shown for 0.3 seconds, however soon what it stands for is there.
 */
export function loadedView(fetchView: () => Promise<{ readonly default: ComponentType }>): LoadedView {
  let loaded: ComponentType | undefined;
  const fetchOnce = async (): Promise<{ readonly default: ComponentType }> => {
    const view = await fetchView();
    loaded = view.default;
    return view;
  };
  const Later = lazy(fetchOnce);
  return {
    Body: () => createElement(loaded ?? Later),
    load: () =>
      fetchOnce().then(
        () => undefined,
        () => undefined,
      ),
  };
}
