/** What is above a log: which lines, what is looked for, how it is shown, and where it can be had as a file. */

import { Download, SlidersHorizontal } from "lucide-react";
import type { RefObject } from "react";
import { logFile, WHOLE } from "../../api/logs";
import { LEVELS } from "../../api/types";
import { t } from "../../i18n/text";
import { IconButton } from "../../kit/button";
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuLine } from "../../kit/menu";
import { Select } from "../../kit/select";
import { isWhole, type LogShape, TIMES } from "./address";
import { Finder } from "./finder";
import type { LogOf } from "./logview";
import type { Find } from "./usefinding";

interface Props {
  readonly of: LogOf;
  readonly shape: LogShape;
  readonly onShape: (shape: LogShape) => void;
  readonly total: number | null;
  readonly find: Find;
  readonly line: number | null;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onStep: (isBackwards: boolean) => void;
  readonly onLine: (line: number) => void;
}

export function LogBar({ of, shape, onShape, total, find, line, input, onStep, onLine }: Props) {
  const { filter } = shape;
  const onFilter = (change: Partial<typeof filter>) => onShape({ ...shape, filter: { ...filter, ...change } });
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 py-2 max-narrow:px-3">
      <Select
        aria-label={t("logs.level")}
        value={filter.least}
        onChange={(least) => onFilter({ least })}
        options={LEVELS.map((level) => ({ value: level, label: t("logs.at-least", { level }) }))}
      />
      <Select
        aria-label={t("logs.task")}
        className="max-w-48"
        value={filter.task}
        onChange={(task) => onFilter({ task })}
        options={[{ value: "", label: t("logs.all-tasks") }, ...tasksOf(of, filter.task)]}
      />
      {(of.attempts > 1 || filter.attempt !== null) && (
        <Attempts count={of.attempts} attempt={filter.attempt} onChange={(attempt) => onFilter({ attempt })} />
      )}
      <Finder
        text={shape.text}
        onText={(text) => onShape({ ...shape, text })}
        find={find}
        total={total}
        line={line}
        input={input}
        onStep={onStep}
        onLine={onLine}
      />
      <span role="status" className="text-label text-muted">
        {total !== null && t("logs.count", { count: total })}
      </span>
      <span className="ml-auto flex">
        <Menu trigger={<IconButton label={t("logs.view")} icon={<SlidersHorizontal size={16} />} />}>
          <MenuCheck checked={shape.isWrapped} onChange={(isWrapped) => onShape({ ...shape, isWrapped })}>
            {t("logs.wrap")}
          </MenuCheck>
          <MenuLine />
          <MenuLabel>{t("logs.time")}</MenuLabel>
          {TIMES.map((time) => (
            <MenuCheck key={time} checked={shape.time === time} onChange={() => onShape({ ...shape, time })}>
              {t(`logs.time.${time}`)}
            </MenuCheck>
          ))}
        </Menu>
        <Menu trigger={<IconButton label={t("logs.download")} icon={<Download size={16} />} />}>
          <MenuItem onChoose={() => download(logFile(of.tenant, of.id, WHOLE))}>{t("logs.download-whole")}</MenuItem>
          <MenuItem
            onChoose={() => download(logFile(of.tenant, of.id, filter))}
            whyNot={isWhole(filter) ? t("logs.no-filter") : undefined}
          >
            {t("logs.download-shown")}
          </MenuItem>
        </Menu>
      </span>
    </div>
  );
}

/** The tasks that ran, and the one that the address names, whether it ran or not. */
function tasksOf({ tasks }: LogOf, chosen: string) {
  const all = chosen === "" || tasks.includes(chosen) ? tasks : [...tasks, chosen];
  return all.map((task) => ({ value: task, label: task }));
}

interface AttemptsProps {
  readonly count: number;
  readonly attempt: number | null;
  readonly onChange: (attempt: number | null) => void;
}

function Attempts({ count, attempt, onChange }: AttemptsProps) {
  const all = Array.from({ length: Math.max(count, (attempt ?? 0) + 1) }, (_, index) => String(index));
  return (
    <Select
      aria-label={t("logs.attempt")}
      value={attempt === null ? "" : String(attempt)}
      onChange={(value) => onChange(value === "" ? null : Number(value))}
      options={[
        { value: "", label: t("logs.all-attempts") },
        ...all.map((value) => ({ value, label: t("logs.attempt-number", { number: Number(value) + 1 }) })),
      ]}
    />
  );
}

/** Gets a file without leaving the page. */
function download(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
