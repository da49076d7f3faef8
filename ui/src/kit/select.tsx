/** One of a few fixed choices. The browser's own control: it is the best there is on phones and for screen readers. */

import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { CONTROL, classes } from "./classes";

interface Props<Value extends string> extends Omit<ComponentProps<"select">, "value" | "onChange"> {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
}

export function Select<Value extends string>({ value, onChange, options, className, ...rest }: Props<Value>) {
  return (
    <span className={classes("relative inline-flex min-w-0", className)}>
      <select
        {...rest}
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
        className={classes(CONTROL, "w-full appearance-none truncate pr-7 pl-2")}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown size={14} aria-hidden className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2" />
    </span>
  );
}
