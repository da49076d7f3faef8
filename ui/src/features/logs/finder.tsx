/** Looks for a text or a regular expression in a log, and walks through what the server found. */

import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { count, defaultForm } from "../../i18n/format";
import { t } from "../../i18n/text";
import { IconButton } from "../../kit/button";
import { Input } from "../../kit/input";
import type { Find } from "./usefinding";

/** Who types on looks for more: a request for each letter would be too many. */
const TYPING_MS = 250;

interface Props {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly find: Find;
  readonly total: number | null;
  readonly line: number | null;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onStep: (isBackwards: boolean) => void;
  readonly onLine: (line: number) => void;
}

/** `:48210` is a line, and nothing to look for. */
function lineIn(text: string, total: number): number | null {
  const found = /^:(\d+)$/.exec(text.trim());
  return found ? Math.max(0, Math.min(total, Number(found[1])) - 1) : null;
}

export function Finder({ text, onText, find, total, line, input, onStep, onLine }: Props) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  // A log that grows renders often, and must not put off what was typed.
  const tell = useRef(onText);
  tell.current = onText;
  useEffect(() => {
    if (typed === text || typed.startsWith(":")) return;
    const timer = setTimeout(() => tell.current(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, text]);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    const wanted = lineIn(typed, total ?? 0);
    if (wanted !== null) {
      onLine(wanted);
      setTyped(text);
    } else if (typed === text) onStep(event.shiftKey);
    else onText(typed);
  };
  return (
    <span className="flex min-w-0 items-center gap-1">
      <Input
        ref={input}
        type="search"
        aria-label={t("logs.find")}
        aria-invalid={find.error !== null}
        placeholder={t("logs.find-hint")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKey}
        className="w-60!"
      />
      {text !== "" && (
        <>
          <span role="status" className={find.error ? "text-failed text-label" : "text-label text-muted"}>
            {find.error?.message ?? words(find, line)}
          </span>
          <IconButton label={t("logs.previous")} icon={<ArrowUp size={14} />} onClick={() => onStep(true)} />
          <IconButton label={t("logs.next")} icon={<ArrowDown size={14} />} onClick={() => onStep(false)} />
        </>
      )}
    </span>
  );
}

/** How many there are, and the how-manieth this is. */
function words({ finding }: Find, line: number | null): string {
  if (!finding) return "";
  const { lines, isCut, isLooking } = finding;
  const number = count(lines.length, defaultForm());
  const all = isCut || isLooking ? t("logs.matches-at-least", { count: number }) : number;
  const at = line === null ? -1 : lines.indexOf(line);
  return at < 0 ? t("logs.matches", { count: all }) : t("logs.match", { at: count(at + 1, defaultForm()), count: all });
}
