/** A range of time: relative (the last 24 hours) or from a moment to a moment. The zone always stands there in words. */

import { CalendarClock } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import type { Form } from "../i18n/format";
import { t } from "../i18n/text";
import { Button } from "./button";
import { Field } from "./field";
import { Input } from "./input";

export type DateRange =
  | { readonly kind: "always" }
  | { readonly kind: "last"; readonly duration: string }
  | { readonly kind: "between"; readonly from: string | null; readonly to: string | null };

export const LAST = ["PT15M", "PT1H", "PT24H", "P7D", "P30D"] as const;

export function rangeWords(range: DateRange, form: Form): string {
  if (range.kind === "always") return t("range.always");
  if (range.kind === "last") {
    const known = LAST.find((duration) => duration === range.duration);
    return known ? t(`range.${known}`) : t("range.last", { duration: range.duration });
  }
  const words = (iso: string | null) =>
    iso === null
      ? "…"
      : new Intl.DateTimeFormat(form.language, { dateStyle: "short", timeStyle: "short", timeZone: form.zone }).format(
          new Date(iso),
        );
  return `${words(range.from)} – ${words(range.to)}`;
}

/** A moment as `datetime-local` wants it, in the zone of the browser. */
export function localMoment(iso: string | null): string {
  if (iso === null) return "";
  const moment = new Date(iso);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface Props {
  readonly value: DateRange;
  readonly onChange: (range: DateRange) => void;
  readonly form: Form;
}

export function DateRangePicker({ value, onChange, form }: Props) {
  const [isOpen, setOpen] = useState(false);
  const choose = (range: DateRange) => {
    onChange(range);
    setOpen(false);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button icon={<CalendarClock size={14} />} aria-label={t("range.label", { range: rangeWords(value, form) })}>
          {rangeWords(value, form)}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 flex w-64 flex-col gap-1 rounded-panel border border-border bg-bg p-2 shadow-over"
        >
          {LAST.map((duration) => (
            <Button
              key={duration}
              look="quiet"
              className="justify-start"
              aria-pressed={value.kind === "last" && value.duration === duration}
              onClick={() => choose({ kind: "last", duration })}
            >
              {t(`range.${duration}`)}
            </Button>
          ))}
          <Button look="quiet" className="justify-start" onClick={() => choose({ kind: "always" })}>
            {t("range.always")}
          </Button>
          <Between key={JSON.stringify(value)} value={value} onChange={choose} form={form} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Between({ value, onChange, form }: Props) {
  const given = value.kind === "between" ? value : { from: null, to: null };
  const [from, setFrom] = useState(localMoment(given.from));
  const [to, setTo] = useState(localMoment(given.to));
  const iso = (local: string) => (local === "" ? null : new Date(local).toISOString());
  const isBackwards = from !== "" && to !== "" && from > to;
  return (
    <form
      className="flex flex-col gap-2 border-border border-t pt-2"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ kind: "between", from: iso(from), to: iso(to) });
      }}
    >
      <Field label={t("range.from")}>
        {(tied) => (
          <Input {...tied} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
        )}
      </Field>
      <Field label={t("range.to")} errors={isBackwards ? [t("range.backwards")] : []} hint={form.zone}>
        {(tied) => <Input {...tied} type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} />}
      </Field>
      <Button type="submit" disabled={isBackwards || (from === "" && to === "")}>
        {t("range.apply")}
      </Button>
    </form>
  );
}
