/** Buttons. `primary` is the one thing to do here, `danger` destroys something. */

import { Slot } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "./classes";
import { Tooltip } from "./tooltip";

type Look = "plain" | "primary" | "danger" | "quiet";

const LOOKS: Readonly<Record<Look, string>> = {
  plain: "border border-control bg-bg text-text hover:bg-hover",
  primary: "border border-text bg-text text-bg hover:opacity-90",
  danger: "border border-failed bg-bg text-failed hover:bg-hover",
  quiet: "border border-transparent bg-transparent text-text hover:bg-hover",
};

const BASE =
  "inline-flex items-center justify-center gap-1.5 rounded-control text-body whitespace-nowrap select-none aria-disabled:opacity-60 disabled:opacity-60 disabled:cursor-not-allowed";

interface ButtonProps extends ComponentProps<"button"> {
  readonly look?: Look;
  readonly icon?: ReactNode;
  /** Something is under way: the button rests and says so to screen readers. */
  readonly isBusy?: boolean;
}

export function Button({ look = "plain", icon, isBusy = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={classes(BASE, "h-8 px-3 touch:h-11", LOOKS[look], className)}
    >
      {icon}
      {children}
    </button>
  );
}

/** A link that looks like a button: it goes somewhere, and a middle click opens a tab. */
export function ButtonLink({ look = "plain", children }: { readonly look?: Look; readonly children: ReactNode }) {
  return <Slot.Root className={classes(BASE, "h-8 px-3 touch:h-11", LOOKS[look])}>{children}</Slot.Root>;
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children" | "aria-label"> {
  readonly label: string;
  readonly icon: ReactNode;
  readonly look?: Look;
}

/** A button of one icon. Its label is its name and its tooltip. */
export function IconButton({ label, icon, look = "quiet", className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={classes(BASE, "size-8 touch:size-11 shrink-0", LOOKS[look], className)}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
