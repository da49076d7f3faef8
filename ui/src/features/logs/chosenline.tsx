/** The line that is meant, below the log: in words for screen readers, and what can be done with it. */

import { ChevronsUpDown, FileText, Link2, ListTree, SquareCode, X } from "lucide-react";
import { linesBefore, logWindow, type NumberedEntry, WHOLE } from "../../api/logs";
import { plain } from "../../engines/logwindow/ansi";
import { folded } from "../../engines/logwindow/message";
import { count, defaultForm, fullMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button, IconButton } from "../../kit/button";
import { copy } from "../../kit/codeblock";
import { tellDone, tellFailure } from "../../kit/toast";
import { isWhole, type LogShape, linkTo } from "./address";
import type { LogOf } from "./logview";

/** Characters that are read out. */
const SAID_MAX = 500;
/** Lines of one moment among which a line is looked for. */
const SAME_MOMENT_MAX = 1_000;

interface Props {
  readonly of: LogOf;
  readonly shape: LogShape;
  readonly line: number;
  /** It may not be here yet. */
  readonly entry: NumberedEntry | undefined;
  readonly onFold: () => void;
  readonly onLine: (line: number | null, shape?: LogShape) => void;
}

export function ChosenLine({ of, shape, line, entry, onFold, onLine }: Props) {
  const number = count(line + 1, defaultForm());
  const copied = async (text: string) => {
    await copy(text);
    tellDone(t("kit.copied"));
  };
  const showAround = async () => {
    if (!entry) return;
    try {
      onLine(await placeInWhole(of, entry), { ...shape, filter: WHOLE });
    } catch (error) {
      tellFailure(error);
    }
  };
  return (
    <section
      aria-label={t("logs.line", { number })}
      className="flex flex-wrap items-center gap-x-2 gap-y-1 border-border border-t px-4 py-1 max-narrow:px-3"
    >
      <span role="status" className="flex min-w-0 flex-wrap gap-x-3">
        <span className="font-semibold">{t("logs.line", { number })}</span>
        {entry && (
          <>
            <span>{entry.level}</span>
            <span className="text-muted">{fullMoment(entry.timestamp, defaultForm())}</span>
            {entry.taskId !== undefined && <span className="font-mono text-code">{entry.taskId}</span>}
            {(entry.attemptNumber ?? 0) > 0 && (
              <span className="text-muted">{t("logs.attempt-number", { number: (entry.attemptNumber ?? 0) + 1 })}</span>
            )}
            <span className="sr-only">{plain(entry.message).slice(0, SAID_MAX)}</span>
          </>
        )}
      </span>
      <span className="ml-auto flex items-center">
        {entry && !isWhole(shape.filter) && (
          <Button look="quiet" icon={<ListTree size={14} />} onClick={() => void showAround()}>
            {t("logs.around")}
          </Button>
        )}
        {entry && folded(entry.message).folded > 0 && (
          <IconButton label={t("logs.toggle")} icon={<ChevronsUpDown size={14} />} onClick={onFold} />
        )}
        <IconButton label={t("logs.copy-link")} icon={<Link2 size={14} />} onClick={() => void copied(linkTo(line))} />
        {entry && (
          <>
            <IconButton
              label={t("logs.copy-text")}
              icon={<FileText size={14} />}
              onClick={() => void copied(asText(entry))}
            />
            <IconButton
              label={t("kit.copy-markdown")}
              icon={<SquareCode size={14} />}
              onClick={() => void copied(asMarkdown(entry, number, linkTo(line)))}
            />
          </>
        )}
        <IconButton label={t("kit.close")} icon={<X size={14} />} onClick={() => onLine(null)} />
      </span>
    </section>
  );
}

/** Its number among all lines of the execution. */
async function placeInWhole({ tenant, id }: LogOf, wanted: NumberedEntry): Promise<number> {
  const first = await linesBefore(tenant, id, WHOLE, wanted.timestamp);
  const { rows } = await logWindow(tenant, id, WHOLE, first, SAME_MOMENT_MAX);
  const found = rows.find((row) => row.message === wanted.message && row.taskRunId === wanted.taskRunId);
  return found?.line ?? first;
}

function asText({ timestamp, level, taskId, message }: NumberedEntry): string {
  return [timestamp, level, ...(taskId === undefined ? [] : [taskId]), plain(message)].join(" ");
}

/** The fence is longer than any in the message. */
export function asMarkdown(entry: NumberedEntry, number: string, link: string): string {
  const text = asText(entry);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `[${t("logs.line", { number })}](${link})\n\n${fence}\n${text}\n${fence}\n`;
}
