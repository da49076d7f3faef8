/** Tries an expression against what an execution knows: the server evaluates it, and secrets stay hidden there. */

import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { evaluate } from "../../api/evaluate";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { CodeBlock } from "../../kit/codeblock";
import { Field } from "../../kit/field";
import { TextArea } from "../../kit/input";
import { caretOf } from "./caret";

interface Props {
  readonly tenant: string;
  readonly execution: string;
  /** In the context of this task run. */
  readonly taskRun: string | undefined;
  /** What stands there at first. */
  readonly first: string;
}

export function Debugger({ tenant, execution, taskRun, first }: Props) {
  const [text, setText] = useState(first);
  const evaluating = useMutation({ mutationFn: () => evaluate(tenant, execution, taskRun, text) });
  const { data: answer } = evaluating;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    evaluating.mutate();
  };
  return (
    <form
      className="flex flex-col gap-2 border-border border-t p-4"
      onSubmit={(event) => {
        event.preventDefault();
        evaluating.mutate();
      }}
    >
      <Field label={t("debugger.title")} hint={t("debugger.hint")}>
        {(tied) => (
          <TextArea
            {...tied}
            rows={2}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKey}
          />
        )}
      </Field>
      <div>
        <Button type="submit" isBusy={evaluating.isPending} disabled={text.trim() === ""}>
          {t("debugger.evaluate")}
        </Button>
      </div>
      <div aria-live="polite">
        {evaluating.isError && <p className="text-failed">{evaluating.error.message}</p>}
        {answer?.error !== undefined && <Wrong text={answer.text} error={answer.error} />}
        {answer?.result !== undefined && <CodeBlock label={t("debugger.result")} text={answer.result} />}
      </div>
    </form>
  );
}

/** The message, and a caret under the place that it names. */
function Wrong({ text, error }: { readonly text: string; readonly error: string }) {
  const caret = caretOf(text, error);
  return (
    <>
      <p className="whitespace-pre-wrap break-words text-failed">{error}</p>
      {caret && <pre className="mt-1 overflow-x-auto font-mono text-code">{caret}</pre>}
    </>
  );
}
