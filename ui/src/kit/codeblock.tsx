/** Text as it is, with a button that copies it. */

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { t } from "../i18n/text";
import { IconButton } from "./button";

/** Copies over plain HTTP too, where the browser has no clipboard for pages. */
export async function copy(text: string): Promise<void> {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.className = "fixed opacity-0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

interface CopyProps {
  readonly text: string | (() => string);
  readonly label?: string;
}

export function CopyButton({ text, label }: CopyProps) {
  const [isDone, setDone] = useState(false);
  const onClick = async () => {
    await copy(typeof text === "string" ? text : text());
    setDone(true);
    setTimeout(() => setDone(false), 1_500);
  };
  return (
    <IconButton
      label={isDone ? t("kit.copied") : (label ?? t("kit.copy"))}
      icon={isDone ? <Check size={14} /> : <Copy size={14} />}
      onClick={onClick}
    />
  );
}

export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <section aria-label={label} className="relative rounded-panel border border-border bg-surface">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys. */}
      <div tabIndex={0} className="max-h-96 overflow-auto">
        <pre className="p-3 pr-10 font-mono text-code">{text}</pre>
      </div>
      <span className="absolute top-1 right-1">
        <CopyButton text={text} />
      </span>
    </section>
  );
}
