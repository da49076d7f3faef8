/** Text in one line and in many. */

import type { ComponentProps } from "react";
import { CONTROL, classes } from "./classes";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input autoComplete="off" {...rest} className={classes(CONTROL, "w-full min-w-0 px-2", className)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      spellCheck={false}
      rows={4}
      {...rest}
      className={classes(
        "w-full rounded-control border border-control bg-bg p-2 font-mono text-code text-text disabled:opacity-60",
        className,
      )}
    />
  );
}
