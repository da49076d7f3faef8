/** What an import would do with each flow, before anything is written. */

import type { QueryClient } from "@tanstack/react-query";
import { Problem } from "../../api/errors";
import { diagnostics, flow, validateFlow } from "../../api/flows";
import { type Text, textsOf } from "./zip";

export type Step = "new" | "changed" | "same" | "invalid";

export interface Planned {
  readonly from: string;
  readonly namespace: string;
  readonly id: string;
  readonly source: string;
  readonly step: Step;
  /** What is wrong, with the line. */
  readonly problem: string | null;
}

const YAML = /\.ya?ml$/i;

export interface Document {
  readonly text: string;
  /** How many lines of the file stand before it. */
  readonly above: number;
}

/** The documents of a file. Empty ones, such as before the first line of dashes, are none. */
export function documents(text: string): readonly Document[] {
  const found: { above: number; lines: string[] }[] = [{ above: 0, lines: [] }];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^---\s*(?:#.*)?$/.test(line)) found.push({ above: index + 1, lines: [] });
    else found.at(-1)?.lines.push(line);
  }
  return found
    .filter(({ lines }) => lines.some((line) => line.trim() !== "" && !line.trim().startsWith("#")))
    .map(({ above, lines }) => ({ above, text: lines.join("\n") }));
}

export async function textsOfFiles(files: readonly File[]): Promise<readonly Text[]> {
  const all = await Promise.all(
    files.map(async (file): Promise<readonly Text[]> => {
      if (YAML.test(file.name)) return [{ name: file.name, text: await file.text() }];
      if (/\.zip$/i.test(file.name)) return textsOf(await file.arrayBuffer(), (name) => YAML.test(name));
      throw new Error(`${file.name}: neither YAML nor ZIP`);
    }),
  );
  return all.flat();
}

async function planOne(queries: QueryClient, tenant: string, from: string, document: Document): Promise<Planned> {
  const { text: source, above } = document;
  const [answer] = await validateFlow(tenant, source);
  const [namespace, id] = [answer?.namespace ?? "", answer?.flow ?? ""];
  if (answer?.constraints || namespace === "" || id === "") {
    const found = await queries.fetchQuery(diagnostics(tenant, source));
    const [first] = found.filter(({ severity }) => severity === "error");
    const place = first?.range ? `${first.range.start.line + above}:${first.range.start.column} ` : "";
    const problem = `${place}${first?.message ?? answer?.constraints ?? ""}`;
    return { from, namespace, id, source, step: "invalid", problem };
  }
  try {
    const now = await queries.fetchQuery({ ...flow(tenant, { namespace, id }), staleTime: 0 });
    const step = now.source?.trim() === source.trim() ? "same" : "changed";
    return { from, namespace, id, source, step, problem: null };
  } catch (error) {
    if (!(error instanceof Problem && error.isMissing)) throw error;
    return { from, namespace, id, source, step: "new", problem: null };
  }
}

export async function plan(queries: QueryClient, tenant: string, texts: readonly Text[]): Promise<readonly Planned[]> {
  const found: Planned[] = [];
  for (const { name, text } of texts) {
    for (const document of documents(text)) found.push(await planOne(queries, tenant, name, document));
  }
  return found;
}
