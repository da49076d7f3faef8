/** One or several of many choices, found by typing. Values that are not in the list are allowed when said so. */

import { Check, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { t } from "../i18n/text";
import { CONTROL, classes } from "./classes";

interface Props {
  readonly id?: string;
  readonly label: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
  readonly options: readonly string[];
  readonly isMany?: boolean;
  readonly hasOwnValues?: boolean;
  readonly placeholder?: string;
}

/** Choices that contain what is typed, those that begin with it first. */
export function matching(options: readonly string[], typed: string, limit = 100): readonly string[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return options.slice(0, limit);
  const found = options.filter((option) => option.toLowerCase().includes(wanted));
  const rank = (option: string) => (option.toLowerCase().startsWith(wanted) ? 0 : 1);
  return found.sort((left, right) => rank(left) - rank(right)).slice(0, limit);
}

export function Combobox({
  id,
  label,
  values,
  onChange,
  options,
  isMany = false,
  hasOwnValues = false,
  placeholder,
}: Props) {
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const found = matching(options, typed);
  const own = hasOwnValues && typed.trim() !== "" && !options.includes(typed.trim()) ? [typed.trim()] : [];
  const shown = [...found, ...own];

  const toggle = (value: string) => {
    const isChosen = values.includes(value);
    if (isMany) onChange(isChosen ? values.filter((other) => other !== value) : [...values, value]);
    else onChange(isChosen ? [] : [value]);
    setTyped("");
    setActive(0);
    if (!isMany) setOpen(false);
    input.current?.focus();
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setOpen(true);
      setActive((active + (isOpen ? step : 0) + shown.length) % Math.max(1, shown.length));
    } else if (event.key === "Enter" && isOpen && shown[active] !== undefined) {
      event.preventDefault();
      toggle(shown[active]);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === "Backspace" && typed === "" && values.length > 0) {
      onChange(values.slice(0, -1));
    }
  };

  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Anchor asChild>
        <div
          className={classes(CONTROL, "flex h-auto min-h-8 flex-wrap items-center gap-1 px-1 py-0.5 touch:min-h-11")}
        >
          {values.map((value) => (
            <span key={value} className="inline-flex items-center gap-1 rounded-control bg-accent-soft pl-1.5">
              {value}
              <button
                type="button"
                aria-label={t("kit.remove", { name: value })}
                onClick={() => onChange(values.filter((other) => other !== value))}
                className="flex size-6 items-center justify-center"
              >
                <X size={12} />
              </button>
            </span>
          ))}
          <input
            ref={input}
            id={id}
            role="combobox"
            autoComplete="off"
            aria-label={label}
            aria-expanded={isOpen}
            aria-controls={list}
            aria-activedescendant={isOpen && shown[active] !== undefined ? `${list}-${active}` : undefined}
            value={typed}
            placeholder={values.length === 0 ? placeholder : undefined}
            onChange={(event) => {
              setTyped(event.target.value);
              setActive(0);
              setOpen(true);
            }}
            onKeyDown={onKey}
            onClick={() => setOpen(true)}
            className="h-6 min-w-16 flex-1 bg-transparent px-1 outline-none"
          />
        </div>
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => event.target === input.current && event.preventDefault()}
          className="z-50 max-h-72 min-w-(--radix-popover-trigger-width) overflow-auto rounded-panel border border-border bg-bg py-1 shadow-over"
        >
          <div id={list} role="listbox" aria-label={label} aria-multiselectable={isMany || undefined}>
            {shown.map((option, index) => (
              // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text, as a combobox wants it.
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard in the text.
              <div
                key={option}
                id={`${list}-${index}`}
                role="option"
                aria-selected={values.includes(option)}
                onMouseMove={() => setActive(index)}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => toggle(option)}
                className={classes("flex h-8 items-center gap-2 px-2 touch:h-11", index === active && "bg-hover")}
              >
                <Check size={14} className={values.includes(option) ? "" : "invisible"} />
                {found.includes(option) ? option : t("kit.use", { name: option })}
              </div>
            ))}
            {shown.length === 0 && <div className="px-3 py-1 text-muted">{t("kit.nothing-matches")}</div>}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
