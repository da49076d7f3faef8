/** Values as a tree: branches are made when they are opened, long texts are cut, each can be copied as an expression. */

import { Eye, Link2 } from "lucide-react";
import { useState } from "react";
import { fileOf } from "../../api/executionfiles";
import type { Json } from "../../api/types";
import { t } from "../../i18n/text";
import { IconButton } from "../../kit/button";
import { CopyButton } from "../../kit/codeblock";
import { LINK } from "../../kit/link";
import { type Branch, Tree } from "../../kit/tree";
import { FileSheet, nameOf } from "../filepreview/filepreview";

const TEXT_MAX = 300;
/** Children of one branch; what is beyond is told, not shown. */
const CHILDREN_MAX = 200;

interface Place {
  readonly tenant: string;
  readonly execution: string;
}

function isBranch(value: Json): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null;
}

/** How a template reaches a value below this one. */
export function below(expression: string, key: string | number): string {
  if (typeof key === "number") return `${expression}[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `${expression}.${key}` : `${expression}['${key.replace(/['\\]/g, "\\$&")}']`;
}

function words(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value;
}

function Leaf({ value, place }: { readonly value: Json; readonly place: Place }) {
  if (typeof value === "string" && value.startsWith("kestra://")) return <File uri={value} place={place} />;
  const colour = typeof value === "string" ? "text-text" : "text-(--code-number)";
  return <span className={`min-w-0 whitespace-pre-wrap break-all font-mono text-code ${colour}`}>{words(value)}</span>;
}

/** A file: its name fetches it, and the eye shows what is in it. */
function File({ uri, place: { tenant, execution } }: { readonly uri: string; readonly place: Place }) {
  const [isOpen, setOpen] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and clicks in the sheet are not meant for the tree.
    <span
      className="inline-flex min-w-0 items-center gap-1"
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <a href={fileOf(tenant, execution, uri)} download className={`${LINK} inline-flex min-w-0 items-center gap-1`}>
        <Link2 size={14} aria-hidden className="shrink-0" />
        <span className="truncate">{nameOf(uri)}</span>
      </a>
      <IconButton
        label={t("file.preview", { name: nameOf(uri) })}
        icon={<Eye size={14} />}
        onClick={() => setOpen(true)}
      />
      <FileSheet tenant={tenant} execution={execution} uri={uri} isOpen={isOpen} onClose={() => setOpen(false)} />
    </span>
  );
}

function branch(name: string, value: Json, expression: string, place: Place, isOpenAtFirst: boolean): Branch {
  const entries = isBranch(value)
    ? Array.isArray(value)
      ? value.map((one, index) => [index, one as Json] as const)
      : Object.entries(value as Record<string, Json>)
    : [];
  return {
    id: expression,
    isOpenAtFirst,
    row: (
      <>
        <span className="shrink-0 font-mono text-(--code-key) text-code">{name}</span>
        {isBranch(value) ? (
          <span className="text-muted">
            {t(Array.isArray(value) ? "values.items" : "values.entries", { count: entries.length })}
          </span>
        ) : (
          <Leaf value={value} place={place} />
        )}
        <span className="ml-auto opacity-0 focus-within:opacity-100 hover:opacity-100 touch:opacity-100">
          <CopyButton text={`{{ ${expression} }}`} label={t("values.copy-expression")} />
        </span>
      </>
    ),
    ...(entries.length > 0 ? { below: () => shown(entries, expression, place) } : {}),
  };
}

function shown(
  entries: readonly (readonly [string | number, Json])[],
  expression: string,
  place: Place,
): readonly Branch[] {
  const first = entries
    .slice(0, CHILDREN_MAX)
    .map(([key, value]) => branch(String(key), value, below(expression, key), place, false));
  const rest = entries.length - first.length;
  if (rest === 0) return first;
  return [
    ...first,
    { id: `${expression} rest`, row: <span className="text-muted">{t("values.more", { count: rest })}</span> },
  ];
}

interface Props extends Place {
  readonly label: string;
  readonly values: Readonly<Record<string, Json>>;
  /** How a template names what this is: `inputs`, `outputs.task`. */
  readonly root: string;
  readonly isOpenAtFirst?: boolean;
}

export function Values({ label, values, root, isOpenAtFirst = false, tenant, execution }: Props) {
  const place = { tenant, execution };
  const branches = Object.entries(values).map(([key, value]) =>
    branch(key, value, below(root, key), place, isOpenAtFirst),
  );
  return <Tree label={label} branches={branches} />;
}
