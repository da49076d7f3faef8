/** Checkbox, switch and radio group. */

import { Check, Minus } from "lucide-react";
import { Checkbox as RadixCheckbox, RadioGroup as RadixRadio, Switch as RadixSwitch } from "radix-ui";
import { type ReactNode, useId } from "react";

interface CheckboxProps {
  readonly label: string;
  /** The label is for screen readers alone, as in a table. */
  readonly isLabelHidden?: boolean;
  readonly checked: boolean | "indeterminate";
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function Checkbox({ label, isLabelHidden = false, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <span className="inline-flex min-h-6 align-middle items-center gap-2 touch:min-h-11">
      <RadixCheckbox.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={(value) => onChange(value === true)}
        aria-label={isLabelHidden ? label : undefined}
        className="relative flex size-4 shrink-0 items-center justify-center rounded-[3px] border border-control bg-bg after:absolute after:-inset-1 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent"
      >
        <RadixCheckbox.Indicator className="text-bg">
          {checked === "indeterminate" ? <Minus size={12} strokeWidth={3} /> : <Check size={12} strokeWidth={3} />}
        </RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
      {!isLabelHidden && <label htmlFor={id}>{label}</label>}
    </span>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly id?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function Switch({ label, isLabelHidden = false, id, checked, onChange, disabled = false }: SwitchProps) {
  const own = useId();
  return (
    <span className="inline-flex min-h-6 align-middle items-center gap-2 touch:min-h-11">
      <RadixSwitch.Root
        id={id ?? own}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-label={isLabelHidden ? label : undefined}
        className="relative h-4.5 w-8 shrink-0 rounded-full border border-control bg-surface after:absolute after:-inset-1 data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-60"
      >
        <RadixSwitch.Thumb className="block size-3 translate-x-0.5 rounded-full bg-muted transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-bg" />
      </RadixSwitch.Root>
      {!isLabelHidden && <label htmlFor={id ?? own}>{label}</label>}
    </span>
  );
}

interface RadioProps {
  readonly id?: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly label: ReactNode }[];
}

export function RadioGroup({ id: own, label, value, onChange, options }: RadioProps) {
  const made = useId();
  const id = own ?? made;
  return (
    <RadixRadio.Root
      id={id}
      value={value}
      onValueChange={onChange}
      aria-label={label}
      className="flex flex-wrap gap-x-4 gap-y-1"
    >
      {options.map((option) => (
        <span key={option.value} className="inline-flex min-h-6 align-middle items-center gap-2 touch:min-h-11">
          <RadixRadio.Item
            id={`${id}-${option.value}`}
            value={option.value}
            className="relative flex size-4 items-center justify-center rounded-full border border-control bg-bg after:absolute after:-inset-1 data-[state=checked]:border-accent"
          >
            <RadixRadio.Indicator className="size-2 rounded-full bg-accent" />
          </RadixRadio.Item>
          <label htmlFor={`${id}-${option.value}`}>{option.label}</label>
        </span>
      ))}
    </RadixRadio.Root>
  );
}
