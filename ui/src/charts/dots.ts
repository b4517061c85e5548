import css from "./dots.module.css";
import { FINGER, nearText, spacedDots } from "./spaced-dots.ts";

export type ShownDot = {
  readonly left: number;
  readonly top: number;
  readonly text: string;
  /** Where it leads, for the browser; a dot without is a button. */
  readonly href?: string;
  readonly trace?: string;
  readonly onOpen: () => void;
};

/** Single requests over a chart. Each is seen; those that would cover each other are reached by zooming in. */
export function drawDots(over: HTMLElement, dots: readonly ShownDot[]): void {
  for (const old of over.querySelectorAll("[data-dot]")) old.remove();
  const [width, height] = [over.clientWidth, over.clientHeight];
  const shown = dots.flatMap((dot) => {
    if (dot.left < 0 || dot.left > width) return [];
    // What is off the scale stands at the edge.
    const isOutside = !Number.isFinite(dot.top) || dot.top < 0 || dot.top > height;
    const top = Number.isFinite(dot.top) ? dot.top : 0;
    const room = Math.min(FINGER / 2 - 4, height / 2);
    return [{ ...dot, top: Math.max(room, Math.min(top, height - room)), isOutside }];
  });
  const leading = new Map(spacedDots(shown).map(({ index, near }) => [index, near]));
  shown.forEach((dot, index) => {
    const near = leading.get(index);
    const element = near === undefined ? document.createElement("i") : linkOf(dot, near);
    element.classList.add((near === undefined ? css.mark : css.dot) ?? "");
    element.dataset["dot"] = "";
    element.dataset["outside"] = String(dot.isOutside);
    element.style.left = `${dot.left}px`;
    element.style.top = `${dot.top}px`;
    over.append(element);
  });
}

function linkOf({ href, trace, text, onOpen }: ShownDot, near: number): HTMLElement {
  const element: HTMLElement = document.createElement(href === undefined ? "button" : "a");
  if (element instanceof HTMLAnchorElement) element.href = href ?? "";
  else element.setAttribute("type", "button");
  if (trace !== undefined) element.dataset["trace"] = trace;
  element.title = text + nearText(near);
  element.setAttribute("aria-label", element.title);
  element.addEventListener("mousedown", (event) => event.stopPropagation());
  element.addEventListener("click", (event) => {
    event.stopPropagation();
    // Another tab is the browser's to open.
    if (href !== undefined && (event.metaKey || event.ctrlKey || event.shiftKey)) return;
    event.preventDefault();
    onOpen();
  });
  return element;
}
