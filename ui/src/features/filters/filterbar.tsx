/** The bar over a list: a line to type filters into, the filters as chips, and the range of time. */

import { Filter, Search as Magnifier, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { STATES } from "../../api/types";
import { defaultForm } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { DateRangePicker } from "../../kit/daterange";
import { Input } from "../../kit/input";
import { Menu, MenuCheck, MenuLabel } from "../../kit/menu";
import { stateWord } from "../../kit/statemark";
import type { Clause, Search } from "./grammar";
import { filtersOf, rangeOf, withFilters, withRange } from "./view";
import { type TypedField, typed, WAITING, wordsOf } from "./words";

interface Props {
  readonly search: Search;
  readonly onChange: (search: Search) => void;
  readonly fields: readonly TypedField[];
  readonly hasRange?: boolean;
  readonly found: number | undefined;
  readonly actions?: ReactNode;
}

export function FilterBar({ search, onChange, fields, hasRange = false, found, actions }: Props) {
  const filters = filtersOf(search);
  const change = (next: readonly Clause[]) => onChange(withFilters(search, next));
  return (
    <search className="flex flex-col gap-2 px-4 pb-3 max-narrow:px-3">
      <div className="flex flex-wrap items-center gap-2">
        <Typing key={JSON.stringify(filters)} filters={filters} fields={fields} onChange={change} />
        {fields.includes("state") && <StateChoice filters={filters} onChange={change} />}
        {hasRange && (
          <DateRangePicker
            value={rangeOf(search)}
            form={defaultForm()}
            onChange={(range) => onChange(withRange(search, range))}
          />
        )}
        {actions}
      </div>
      <div className="flex min-h-6 flex-wrap items-center gap-1.5">
        {filters.map((filter) => (
          <Chip
            key={`${JSON.stringify(filter)}`}
            filter={filter}
            onRemove={() => change(filters.filter((other) => other !== filter))}
          />
        ))}
        {filters.length > 1 && (
          <Button look="quiet" className="h-6! px-2 text-label" onClick={() => change([])}>
            {t("filter.clear")}
          </Button>
        )}
        <span role="status" className="ml-auto text-label text-muted">
          {found === undefined ? "" : t("filter.found", { count: found })}
        </span>
      </div>
    </search>
  );
}

interface TypingProps {
  readonly filters: readonly Clause[];
  readonly fields: readonly TypedField[];
  readonly onChange: (filters: readonly Clause[]) => void;
}

/** What cannot be typed stays as it is when the text changes. */
function Typing({ filters, fields, onChange }: TypingProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => filters.map(wordsOf).filter(Boolean).join(" "));
  const [unknown, setUnknown] = useState<readonly string[]>([]);
  useEffect(() => {
    const focus = () => input.current?.select();
    addEventListener("kapelle:filter", focus);
    return () => removeEventListener("kapelle:filter", focus);
  }, []);
  const apply = () => {
    const read = typed(text, fields);
    setUnknown(read.unknown);
    if (read.unknown.length === 0) onChange([...read.clauses, ...filters.filter((filter) => wordsOf(filter) === null)]);
  };
  return (
    <form
      className="relative min-w-56 flex-1"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <Magnifier size={14} aria-hidden className="absolute top-1/2 left-2 -translate-y-1/2 text-muted" />
      <Input
        ref={input}
        type="text"
        aria-label={t("filter.label")}
        aria-invalid={unknown.length > 0 || undefined}
        aria-describedby={unknown.length > 0 ? "filter-unknown" : undefined}
        placeholder={t("filter.placeholder", { fields: fields.map((field) => `${field}:`).join(" ") })}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="pr-2 pl-7 font-mono text-code"
      />
      {unknown.length > 0 && (
        <p id="filter-unknown" role="alert" className="pt-1 text-failed text-label">
          {t("filter.unknown", { what: unknown.join(" "), fields: fields.join(", ") })}
        </p>
      )}
    </form>
  );
}

function statesOf(filters: readonly Clause[]): readonly string[] {
  const clause = filters.find(({ field, operation, group }) => field === "state" && operation === "IN" && !group);
  return clause?.value.replace(/^\[|\]$/g, "").split(",") ?? [];
}

function StateChoice({ filters, onChange }: Omit<TypingProps, "fields">) {
  const chosen = statesOf(filters);
  const choose = (state: string, isChosen: boolean) => {
    const next = isChosen ? [...chosen, state] : chosen.filter((other) => other !== state);
    const rest = filters.filter(({ field, operation }) => field !== "state" || operation !== "IN");
    const clause: Clause = { field: "state", operation: "IN", value: next.join(",") };
    onChange(next.length > 0 ? [...rest, clause] : rest);
  };
  return (
    <Menu align="start" trigger={<Button icon={<Filter size={14} />}>{t("filter.state")}</Button>}>
      <MenuLabel>{t("filter.state")}</MenuLabel>
      {STATES.map((state) => (
        <MenuCheck key={state} checked={chosen.includes(state)} onChange={(isChosen) => choose(state, isChosen)}>
          {stateWord(state)}
        </MenuCheck>
      ))}
    </Menu>
  );
}

function chipWords(filter: Clause): string {
  if (filter.field === WAITING.field && filter.value === WAITING.value) return t("filter.waiting");
  const field = filter.key === undefined ? filter.field : `${filter.field}.${filter.key}`;
  const group = filter.group ? `${filter.group.join(" ")} ` : "";
  return `${group}${field} ${t(`operation.${filter.operation}`)} ${filter.value.replaceAll(",", ", ")}`;
}

function Chip({ filter, onRemove }: { readonly filter: Clause; readonly onRemove: () => void }) {
  const words = chipWords(filter);
  return (
    <span className="inline-flex max-w-full items-center rounded-control bg-accent-soft pl-2 text-label">
      <span className="truncate">{words}</span>
      <button
        type="button"
        aria-label={t("kit.remove", { name: words })}
        onClick={onRemove}
        className="flex size-6 shrink-0 items-center justify-center touch:size-11"
      >
        <X size={12} />
      </button>
    </span>
  );
}
