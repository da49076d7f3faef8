/** A log with its filters: level, task, text with matches to walk through, and the end that is followed. */

import { ArrowDown, ArrowDownToLine, ArrowUp, Download } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { LEVELS, type Level, type LogEntry } from "../../api/types";
import { LogWindow } from "../../engines/logwindow/logwindow";
import { defaultForm, logMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button, ButtonLink, IconButton } from "../../kit/button";
import { Input } from "../../kit/input";
import { Select } from "../../kit/select";

interface Props {
  readonly lines: readonly LogEntry[];
  /** Where the whole log can be had. */
  readonly download: string;
  /** What the address asks for: one task, a line to begin at (from 1). */
  readonly task?: string | undefined;
  readonly line?: number | undefined;
}

/** Entries of many lines become rows of one line; what follows the first has no head. */
export function rowsOf(entries: readonly LogEntry[], least: Level, task: string): readonly LogEntry[] {
  const from = LEVELS.indexOf(least);
  return entries.flatMap((entry) => {
    if (LEVELS.indexOf(entry.level) < from || (task !== "" && entry.taskId !== task)) return [];
    if (!entry.message.includes("\n")) return [entry];
    return entry.message.split("\n").map((message) => ({ ...entry, message }));
  });
}

export function matchesOf(rows: readonly LogEntry[], text: string): readonly number[] {
  if (text === "") return [];
  const wanted = text.toLowerCase();
  return rows.flatMap(({ message }, index) => (message.toLowerCase().includes(wanted) ? [index] : []));
}

export function LogView({ lines, download, task: firstTask = "", line: firstLine }: Props) {
  const [least, setLeast] = useState<Level>(firstLine === undefined ? "INFO" : "TRACE");
  const [task, setTask] = useState(firstTask);
  const [text, setText] = useState("");
  const rows = useMemo(() => rowsOf(lines, least, task), [lines, least, task]);
  const tasks = useMemo(() => [...new Set(lines.flatMap(({ taskId }) => taskId ?? []))], [lines]);
  const matches = useMemo(() => matchesOf(rows, text), [rows, text]);
  const { root, log, unseen } = useWindow(rows);
  useEffect(() => {
    if (firstLine !== undefined) log.current?.go(firstLine - 1);
  }, [firstLine, log]);
  return (
    <section aria-label={t("logs.title")} className="flex h-[calc(100dvh-232px)] min-h-60 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2 max-narrow:px-3">
        <Select
          aria-label={t("logs.level")}
          value={least}
          onChange={setLeast}
          options={LEVELS.map((level) => ({ value: level, label: t("logs.at-least", { level }) }))}
        />
        <Select
          aria-label={t("logs.task")}
          className="max-w-48"
          value={task}
          onChange={setTask}
          options={[{ value: "", label: t("logs.all-tasks") }, ...tasks.map((one) => ({ value: one, label: one }))]}
        />
        <Finder
          key={text === "" ? "empty" : "text"}
          text={text}
          onText={setText}
          matches={matches}
          onGo={(line) => log.current?.go(line)}
        />
        <span role="status" className="text-label text-muted">
          {t("logs.count", { count: rows.length })}
        </span>
        <span className="ml-auto">
          <ButtonLink look="quiet">
            <a href={download} download aria-label={t("logs.download")} title={t("logs.download")}>
              <Download size={16} />
            </a>
          </ButtonLink>
        </span>
      </div>
      <div className="relative min-h-0 flex-1 border-border border-t">
        <div
          ref={root}
          role="log"
          aria-live="off"
          aria-label={t("logs.title")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys.
          tabIndex={0}
          className="log-window h-full"
        />
        {rows.length === 0 && (
          <p className="absolute top-4 left-4 text-muted">{t(lines.length === 0 ? "logs.none" : "logs.none-match")}</p>
        )}
        {unseen > 0 && (
          <span className="absolute right-4 bottom-3">
            <Button look="primary" icon={<ArrowDownToLine size={14} />} onClick={() => log.current?.end()}>
              {t("logs.unseen", { count: unseen })}
            </Button>
          </span>
        )}
      </div>
    </section>
  );
}

function useWindow(rows: readonly LogEntry[]) {
  const root = useRef<HTMLDivElement>(null);
  const log = useRef<LogWindow>(null);
  const [unseen, setUnseen] = useState(0);
  useEffect(() => {
    if (!root.current) return;
    const made = new LogWindow(root.current, { onUnseen: setUnseen });
    log.current = made;
    return () => made.close();
  }, []);
  useEffect(() => {
    const form = defaultForm();
    log.current?.show({
      count: rows.length,
      line: (index) => {
        const entry = rows[index];
        return (
          entry && {
            time: logMoment(entry.timestamp, form),
            level: entry.level,
            task: entry.taskId ?? "",
            text: entry.message,
          }
        );
      },
    });
  }, [rows]);
  return { root, log, unseen };
}

interface FinderProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly matches: readonly number[];
  readonly onGo: (line: number) => void;
}

function Finder({ text, onText, matches, onGo }: FinderProps) {
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (text !== "") input.current?.focus();
  }, [text]);
  const go = (step: number) => {
    if (matches.length === 0) return;
    const next = (at + step + matches.length) % matches.length;
    setAt(next);
    onGo(matches[next] ?? 0);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
  };
  return (
    <span className="flex items-center gap-1">
      <Input
        ref={input}
        type="search"
        aria-label={t("logs.find")}
        placeholder={t("logs.find")}
        value={text}
        onChange={(event) => {
          setAt(-1);
          onText(event.target.value);
        }}
        onKeyDown={onKey}
        className="w-48"
      />
      {text !== "" && (
        <>
          <span role="status" className="text-label text-muted">
            {t("logs.matches", { at: at + 1, count: matches.length })}
          </span>
          <IconButton label={t("logs.previous")} icon={<ArrowUp size={14} />} onClick={() => go(-1)} />
          <IconButton label={t("logs.next")} icon={<ArrowDown size={14} />} onClick={() => go(1)} />
        </>
      )}
    </span>
  );
}
