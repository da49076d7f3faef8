/** A control with its label, a hint and what is wrong. Label, hint and errors are tied to the control by ids. */

import { type ReactNode, useId } from "react";

interface Tied {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
  readonly "aria-required": true | undefined;
}

interface Props {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly errors?: readonly string[];
  readonly isRequired?: boolean;
  /** Shown beside the label, for example the type. */
  readonly aside?: ReactNode;
  readonly children: (tied: Tied) => ReactNode;
}

export function Field({ label, hint, errors = [], isRequired = false, aside, children }: Props) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, errors.length > 0 && `${id}-errors`].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-baseline gap-2">
        <label htmlFor={id} className="font-semibold text-label">
          {label}
          {isRequired && (
            <span aria-hidden className="text-failed">
              {" *"}
            </span>
          )}
        </label>
        {aside && <span className="text-label text-muted">{aside}</span>}
      </div>
      {children({
        id,
        "aria-describedby": describedBy || undefined,
        "aria-invalid": errors.length > 0 || undefined,
        "aria-required": isRequired || undefined,
      })}
      {hint && (
        <div id={`${id}-hint`} className="text-label text-muted">
          {hint}
        </div>
      )}
      {errors.length > 0 && (
        <ul id={`${id}-errors`} aria-live="polite" className="text-failed text-label">
          {errors.map((error) => (
            <li key={error}>{error}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
