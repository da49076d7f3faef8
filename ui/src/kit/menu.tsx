/** A menu behind a button. What cannot be chosen now says why. */

import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "./classes";

const ITEM =
  "flex min-h-8 touch:min-h-11 cursor-default select-none items-center gap-2 px-3 outline-none data-[highlighted]:bg-hover data-[disabled]:text-muted";

interface MenuProps {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: "start" | "end";
}

export function Menu({ trigger, children, align = "end" }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-[70vh] min-w-44 overflow-auto rounded-panel border border-border bg-bg py-1 shadow-over"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ItemProps {
  readonly children: ReactNode;
  readonly icon?: ReactNode;
  readonly onChoose: () => void;
  /** Why it cannot be chosen now. */
  readonly whyNot?: string | undefined;
  readonly isDanger?: boolean;
}

export function MenuItem({ children, icon, onChoose, whyNot, isDanger = false }: ItemProps) {
  return (
    <Radix.Item
      disabled={whyNot !== undefined}
      onSelect={onChoose}
      className={classes(ITEM, isDanger && whyNot === undefined && "text-failed")}
    >
      {icon}
      <span>
        {children}
        {whyNot && <span className="block text-label">{whyNot}</span>}
      </span>
    </Radix.Item>
  );
}

interface CheckProps {
  readonly children: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Stays open: several are chosen at once. */
export function MenuCheck({ children, checked, onChange }: CheckProps) {
  return (
    <Radix.CheckboxItem
      checked={checked}
      onCheckedChange={onChange}
      onSelect={(event) => event.preventDefault()}
      className={ITEM}
    >
      <Check size={14} className={checked ? "" : "invisible"} />
      {children}
    </Radix.CheckboxItem>
  );
}

export function MenuLine() {
  return <Radix.Separator className="my-1 border-border border-t" />;
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Radix.Label className="px-3 py-1 text-label text-muted">{children}</Radix.Label>;
}
