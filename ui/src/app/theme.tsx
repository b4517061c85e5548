import { type ReactNode, useState } from "react";
import { Button } from "../parts/parts.tsx";

const KEY = "agent-observatory.theme";
const isDark = (): boolean =>
  (document.documentElement.dataset["theme"] ??
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

/** Light or dark: the system's choice until somebody chooses. */
export function ThemeButton(): ReactNode {
  const [dark, setDark] = useState(isDark);
  const change = (): void => {
    const theme = dark ? "light" : "dark";
    document.documentElement.dataset["theme"] = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Where nothing may be kept, the choice lasts as long as the page.
    }
    setDark(!dark);
  };
  return (
    <Button
      onClick={change}
      aria-label={dark ? "Light theme" : "Dark theme"}
      title={dark ? "Light theme" : "Dark theme"}
    >
      {dark ? "☀" : "☾"}
    </Button>
  );
}
