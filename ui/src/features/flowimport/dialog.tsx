/** Flows from files: what is new, changed, the same or invalid is shown first, and written when it is wanted. */

import { useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { createFlow, flowKeys, updateFlow } from "../../api/flows";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { Button } from "../../kit/button";
import { Checkbox } from "../../kit/choices";
import { Sheet } from "../../kit/dialog";
import { Failure } from "../../kit/page";
import { toggled } from "../../kit/table";
import { tellDone, tellFailure } from "../../kit/toast";
import { type Planned, plan, textsOfFiles } from "./plan";

interface Props {
  readonly tenant: string;
  /** Files that were dropped elsewhere already. */
  readonly files: readonly File[];
  readonly onClose: () => void;
}

export function ImportSheet({ tenant, files, onClose }: Props) {
  const queries = useQueryClient();
  const [rows, setRows] = useState<readonly Planned[] | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const read = useRef<(files: readonly File[]) => Promise<void>>(undefined);
  read.current = async (given) => {
    setBusy(true);
    setError(null);
    try {
      const found = await plan(queries, tenant, await textsOfFiles(given));
      setRows(found);
      setChosen(new Set(found.flatMap((row, index) => (isWritten(row) ? [String(index)] : []))));
    } catch (wrong) {
      setError(wrong);
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    if (files.length > 0) void read.current?.(files);
  }, [files]);
  const write = async () => {
    setBusy(true);
    const wanted = (rows ?? []).filter((_, index) => chosen.has(String(index)));
    let count = 0;
    for (const { step, namespace, id, source } of wanted) {
      try {
        await (step === "new" ? createFlow(tenant, source) : updateFlow(tenant, { namespace, id }, source));
        count += 1;
      } catch (wrong) {
        tellFailure(wrong);
      }
    }
    await queries.invalidateQueries({ queryKey: flowKeys.all(tenant) });
    setBusy(false);
    if (count > 0) tellDone(t("import.done", { count }));
    if (count === wanted.length) onClose();
  };
  return (
    <Sheet
      title={t("import.title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="primary" disabled={chosen.size === 0} isBusy={isBusy} onClick={() => void write()}>
            {t("import.write", { count: chosen.size })}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <label
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void read.current?.([...event.dataTransfer.files]);
          }}
          className="flex flex-col gap-2 rounded-panel border border-control border-dashed p-4 text-muted focus-within:outline-2 focus-within:outline-accent"
        >
          <span className="flex items-center gap-2">
            <Upload size={16} aria-hidden />
            {t("import.drop")}
          </span>
          <input
            type="file"
            multiple
            accept=".yml,.yaml,.zip"
            onChange={(event) => void read.current?.([...(event.target.files ?? [])])}
            className="max-w-full text-text"
          />
        </label>
        {error !== null && <Failure error={error} />}
        {isBusy && rows === null && <p role="status">{t("import.reading")}</p>}
        {rows?.length === 0 && <p>{t("import.nothing")}</p>}
        <ul aria-label={t("import.plan")}>
          {rows?.map((row, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: the same flow may come twice.
              key={index}
              className="flex flex-wrap items-center gap-2 border-border border-t py-1"
            >
              <Checkbox
                label={row.id ? `${row.namespace}.${row.id}` : row.from}
                checked={chosen.has(String(index))}
                disabled={!isWritten(row)}
                onChange={() => setChosen(toggled(chosen, String(index)))}
              />
              <span className="ml-auto text-label text-muted">{row.from}</span>
              <Badge>{t(`import.step.${row.step}`)}</Badge>
              {row.problem && <p className="w-full whitespace-pre-wrap break-words text-failed">{row.problem}</p>}
            </li>
          ))}
        </ul>
      </div>
    </Sheet>
  );
}

function isWritten({ step }: Planned): boolean {
  return step === "new" || step === "changed";
}
