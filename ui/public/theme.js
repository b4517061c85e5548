// Before the first paint, so that a dark page does not begin white: what somebody chose, else as the system has it.
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("agent-observatory.theme");
  } catch {}
  if (chosen === "light" || chosen === "dark") root.dataset.themeChosen = "true";
  else chosen = null;
  const follow = () => {
    root.dataset.theme = system.matches ? "dark" : "light";
  };
  if (chosen === null) follow();
  else root.dataset.theme = chosen;
  system.addEventListener("change", () => {
    if (root.dataset.themeChosen === undefined) follow();
  });
}
