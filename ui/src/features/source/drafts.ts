/** What is written and not saved, kept by the browser so that a closed tab loses nothing. */

export interface Draft {
  readonly text: string;
  /** The revision that it was made from. */
  readonly base: number;
  readonly at: number;
}

const keyOf = (tenant: string, namespace: string, id: string) => `kapelle.draft ${tenant} ${namespace} ${id}`;

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { text, base, at } = value as Partial<Draft>;
  return typeof text === "string" && typeof base === "number" && typeof at === "number";
}

export function localDraft(tenant: string, namespace: string, id: string): Draft | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(tenant, namespace, id)) ?? "null");
    return isDraft(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether it could be kept. A browser that keeps nothing, or has no room, leaves it to the server. */
export function keepLocal(tenant: string, namespace: string, id: string, draft: Draft): boolean {
  try {
    localStorage.setItem(keyOf(tenant, namespace, id), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function forgetLocal(tenant: string, namespace: string, id: string): void {
  try {
    localStorage.removeItem(keyOf(tenant, namespace, id));
  } catch {
    // What was not kept need not be forgotten.
  }
}

/** The one that was written last; none if it says what is saved anyway. */
export function newest(drafts: readonly (Draft | null)[], saved: string): Draft | null {
  const [last = null] = drafts.filter((one) => one !== null).sort((one, other) => other.at - one.at);
  return last === null || last.text === saved ? null : last;
}
