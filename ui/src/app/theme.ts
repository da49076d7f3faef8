/** Shows the theme that is preferred, and follows the system while that is what is preferred. */

import { preferences, watch } from "./preferences";

export function startTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const contrast = matchMedia("(prefers-contrast: more)");
  const show = () => {
    const { theme } = preferences();
    const ofSystem = contrast.matches ? "contrast" : dark.matches ? "dark" : "light";
    document.documentElement.dataset.theme = theme === "system" ? ofSystem : theme;
  };
  dark.addEventListener("change", show);
  contrast.addEventListener("change", show);
  watch(show);
  show();
}
