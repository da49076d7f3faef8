/** The controls for the inputs of a flow, and for those of a pause. What the server says of each stands below it. */

import type { Input as FlowInput, ResolvedInput } from "../../api/types";
import { t } from "../../i18n/text";
import { RadioGroup } from "../../kit/choices";
import { Combobox } from "../../kit/combobox";
import { localMoment } from "../../kit/daterange";
import { Field } from "../../kit/field";
import { Input, TextArea } from "../../kit/input";
import { choicesOf, controlOf, type Given, listed, shown, withGiven } from "./values";

interface Props {
  readonly inputs: readonly ResolvedInput[];
  readonly given: Given;
  readonly onChange: (given: Given) => void;
  /** Errors of inputs that nobody has touched are shown only after a try. */
  readonly isTried: boolean;
}

export function Inputs({ inputs, given, onChange, isTried }: Props) {
  return inputs
    .filter(({ enabled }) => enabled)
    .map((resolved) => {
      const { input, errors } = resolved;
      const isTouched = input.id in given;
      return (
        <Field
          key={input.id}
          label={input.displayName ?? input.id}
          hint={input.description}
          aside={aside(input)}
          isRequired={input.required !== false && input.defaults === undefined}
          errors={isTouched || isTried ? errors.map(({ message }) => message) : []}
        >
          {(tied) => (
            <Control
              tied={tied}
              resolved={resolved}
              given={given[input.id]}
              onChange={(value) => onChange(withGiven(given, input.id, value))}
            />
          )}
        </Field>
      );
    });
}

function aside({ id, displayName, type, min, max }: FlowInput): string {
  const range = [
    min === undefined ? "" : t("run.at-least", { min: String(min) }),
    max === undefined ? "" : t("run.at-most", { max: String(max) }),
  ];
  return [displayName ? id : "", type, ...range].filter(Boolean).join(" · ");
}

interface ControlProps {
  readonly tied: { readonly id: string };
  readonly resolved: ResolvedInput;
  readonly given: string | File | undefined;
  readonly onChange: (value: string | File | null) => void;
}

function Control({ tied, resolved: { input, value }, given, onChange }: ControlProps) {
  const text = typeof given === "string" ? given : given === undefined ? shown(value ?? input.prefill) : "";
  const plain = {
    ...tied,
    value: text,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  const label = input.displayName ?? input.id;
  switch (controlOf(input)) {
    case "number":
      return <Input {...plain} type="number" min={input.min} max={input.max} step={input.type === "INT" ? 1 : "any"} />;
    case "truth":
      return (
        <RadioGroup
          id={tied.id}
          label={label}
          value={text}
          onChange={onChange}
          options={[
            { value: "true", label: t("run.true") },
            { value: "false", label: t("run.false") },
          ]}
        />
      );
    case "choice":
      if (input.isRadio) {
        const options = choicesOf(input).map((choice) => ({ value: choice, label: choice }));
        return <RadioGroup id={tied.id} label={label} value={text} onChange={onChange} options={options} />;
      }
      return (
        <Combobox
          id={tied.id}
          label={label}
          values={text === "" ? [] : [text]}
          onChange={([chosen]) => onChange(chosen ?? null)}
          options={choicesOf(input)}
          hasOwnValues={input.allowCustomValue ?? false}
        />
      );
    case "choices":
      return (
        <Combobox
          id={tied.id}
          label={label}
          isMany
          values={listed(text)}
          onChange={(chosen) => onChange(chosen.length === 0 ? null : JSON.stringify(chosen))}
          options={choicesOf(input)}
          hasOwnValues={input.allowCustomValue ?? false}
        />
      );
    case "date":
      return <Input {...plain} type="date" />;
    case "moment":
      return (
        <Input
          {...tied}
          type="datetime-local"
          step={1}
          value={text === "" ? "" : localMoment(text)}
          onChange={({ target }) => onChange(target.value === "" ? null : new Date(target.value).toISOString())}
        />
      );
    case "time":
      return <Input {...plain} type="time" step={1} />;
    case "document":
      return <TextArea {...plain} rows={Math.min(12, Math.max(3, text.split("\n").length))} />;
    case "file":
      return (
        <Input
          {...tied}
          type="file"
          accept={input.accept ?? input.allowedFileExtensions?.join(",")}
          onChange={({ target }) => onChange(target.files?.[0] ?? null)}
          className="pt-1"
        />
      );
    case "secret":
      return <Input {...plain} type="password" autoComplete="new-password" />;
    case "text":
      return (
        <Input
          {...plain}
          type={input.type === "EMAIL" ? "email" : "text"}
          placeholder={input.type === "DURATION" ? "PT1H" : undefined}
        />
      );
  }
}
