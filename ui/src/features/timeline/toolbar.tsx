/** What is looked for among the task runs, and how their time is shown. */

import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { STATES, type State } from "../../api/types";
import { t } from "../../i18n/text";
import { IconButton } from "../../kit/button";
import { Checkbox } from "../../kit/choices";
import { Input } from "../../kit/input";
import { Select } from "../../kit/select";
import { stateWord } from "../../kit/statemark";
import { isSearching, type Question } from "./question";

const STEP = 1.5;
/** Whoever types is not asked at each letter. */
const PAUSE_MS = 300;

interface Props {
  readonly question: Question;
  readonly onAsk: (question: Question) => void;
  readonly found: number;
  readonly hasCritical: boolean;
  readonly onCritical: (hasCritical: boolean) => void;
  readonly isClock: boolean;
  readonly onClock: (isClock: boolean) => void;
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
}

export function Toolbar(props: Props) {
  const { question, onAsk, found } = props;
  const [state = ""] = question.states;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 max-narrow:px-3">
      <Select<State | "">
        aria-label={t("filter.state")}
        value={question.states.length > 1 ? "" : state}
        onChange={(wanted) => onAsk({ ...question, states: wanted === "" ? [] : [wanted] })}
        options={[
          { value: "", label: t("gantt.all-states") },
          ...STATES.map((one) => ({ value: one, label: stateWord(one) })),
        ]}
      />
      <Finder question={question} onAsk={onAsk} />
      {isSearching(question) && (
        <span role="status" className="text-label text-muted">
          {t("gantt.only", { count: found })}
        </span>
      )}
      <span className="ml-auto flex flex-wrap items-center gap-x-3 max-narrow:ml-0">
        <Checkbox label={t("gantt.critical")} checked={props.hasCritical} onChange={props.onCritical} />
        <Checkbox label={t("gantt.clock")} checked={props.isClock} onChange={props.onClock} />
        <span className="flex">
          <IconButton label={t("topology.in")} icon={<ZoomIn size={16} />} onClick={() => props.onZoom(STEP)} />
          <IconButton label={t("topology.out")} icon={<ZoomOut size={16} />} onClick={() => props.onZoom(1 / STEP)} />
          <IconButton label={t("topology.fit")} icon={<Maximize size={16} />} onClick={props.onFit} />
        </span>
      </span>
    </div>
  );
}

function Finder({ question, onAsk }: Pick<Props, "question" | "onAsk">) {
  const [text, setText] = useState(question.text);
  const asked = useRef(question.text);
  useEffect(() => {
    // Somebody else changed it, such as the way back.
    if (question.text !== asked.current) setText(question.text);
    asked.current = question.text;
  }, [question.text]);
  useEffect(() => {
    if (text.trim() === asked.current) return;
    const timer = setTimeout(() => {
      asked.current = text.trim();
      onAsk({ ...question, text: asked.current });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, question, onAsk]);
  return (
    <Input
      type="search"
      aria-label={t("gantt.find")}
      placeholder={t("gantt.find")}
      value={text}
      onChange={(event) => setText(event.target.value)}
      className="max-w-48"
    />
  );
}
