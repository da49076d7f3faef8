/**
 * What the server answers, written by hand until the server describes itself (`kapelle openapi`); then this file is
 * generated. Only what the interface reads is here. Properties that are unset are absent.
 */

import type { SkipReason } from "./causes";

export const STATES = [
  "CREATED",
  "SUBMITTED",
  "QUEUED",
  "RUNNING",
  "PAUSED",
  "BREAKPOINT",
  "RESTARTED",
  "RETRYING",
  "KILLING",
  "SUCCESS",
  "WARNING",
  "FAILED",
  "KILLED",
  "CANCELLED",
  "SKIPPED",
  "RETRIED",
  "RESUBMITTED",
] as const;

export type State = (typeof STATES)[number];

const ENDED: ReadonlySet<State> = new Set([
  "SUCCESS",
  "WARNING",
  "FAILED",
  "KILLED",
  "CANCELLED",
  "RETRIED",
  "SKIPPED",
]);

export function isEnded(state: State): boolean {
  return ENDED.has(state);
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface Page<Row> {
  readonly results: readonly Row[];
  readonly total: number;
}

export interface Label {
  readonly key: string;
  readonly value: string;
}

export interface History {
  readonly state: State;
  readonly date: string;
}

export interface StateInfo {
  readonly current: State;
  readonly histories?: readonly History[];
  readonly startDate: string;
  readonly endDate?: string;
  readonly duration?: string;
}

export interface TaskRun {
  readonly id: string;
  readonly taskId: string;
  readonly parentTaskRunId?: string;
  readonly value?: string;
  readonly iteration?: number;
  readonly attempts?: readonly { readonly state: StateInfo }[];
  readonly outputs?: Json;
  readonly state: StateInfo;
}

export interface ExecutionTrigger {
  readonly id: string;
  readonly type: string;
  readonly variables?: Json;
}

export interface Execution {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly flowRevision: number;
  readonly taskRunList?: readonly TaskRun[];
  readonly inputs?: Readonly<Record<string, Json>>;
  readonly outputs?: Readonly<Record<string, Json>>;
  readonly variables?: Readonly<Record<string, Json>>;
  readonly labels?: readonly Label[];
  readonly state: StateInfo;
  readonly parentId?: string;
  readonly originalId?: string;
  readonly trigger?: ExecutionTrigger;
  readonly scheduleDate?: string;
  /** Why it stands still, in lists. */
  readonly cause?: { readonly code: string; readonly words: string; readonly since: string } | null;
  /** What failed first, in lists: a line of it. */
  readonly failure?: { readonly taskId: string; readonly message: string | null } | null;
}

export const INPUT_TYPES = [
  "STRING",
  "INT",
  "FLOAT",
  "BOOL",
  "BOOLEAN",
  "SELECT",
  "ENUM",
  "MULTISELECT",
  "DATE",
  "DATETIME",
  "TIME",
  "DURATION",
  "JSON",
  "YAML",
  "ARRAY",
  "FILE",
  "URI",
  "EMAIL",
  "SECRET",
] as const;

export type InputType = (typeof INPUT_TYPES)[number];

export interface Input {
  readonly id: string;
  readonly type: InputType;
  readonly displayName?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly defaults?: Json;
  readonly prefill?: Json;
  readonly values?: readonly string[];
  readonly options?: readonly string[];
  readonly allowCustomValue?: boolean;
  readonly isRadio?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly validator?: string;
  readonly itemType?: InputType;
  readonly allowedFileExtensions?: readonly string[];
  readonly accept?: string;
}

/** An input as it stands after what was given so far: its default may be computed, and it may not be asked for. */
export interface ResolvedInput {
  readonly input: Input;
  readonly value?: Json;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  readonly errors: readonly { readonly message: string }[];
}

export interface InputsAnswer {
  readonly inputs: readonly ResolvedInput[];
  readonly checks: readonly { readonly message?: string; readonly style?: string; readonly behavior?: string }[];
}

export interface Task {
  readonly id: string;
  readonly type: string;
  readonly tasks?: readonly Task[];
}

export interface TriggerDefinition {
  readonly id: string;
  readonly type: string;
  readonly description?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly disabled?: boolean;
}

export interface Flow {
  readonly id: string;
  readonly namespace: string;
  readonly revision: number;
  readonly updated?: string;
  readonly description?: string;
  readonly disabled: boolean;
  readonly deleted: boolean;
  readonly labels?: readonly Label[];
  readonly inputs?: readonly Input[];
  readonly tasks?: readonly Task[];
  readonly triggers?: readonly TriggerDefinition[];
  readonly source?: string;
}

export interface TriggerState {
  readonly namespace: string;
  readonly flowId: string;
  readonly triggerId: string;
  readonly date?: string;
  readonly nextEvaluationDate?: string;
  readonly lastTriggeredDate?: string;
  readonly disabled: boolean;
  readonly locked: boolean;
  readonly executionId?: string;
  /** Since when its occurrences start nothing, if the last one did not. */
  readonly skipping?: { readonly since: string; readonly reason: SkipReason };
}

export interface Validation {
  readonly index: number;
  readonly flow?: string;
  readonly namespace?: string;
  readonly constraints?: string;
  readonly outdated?: boolean;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** Line and column count from 1, in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

export interface Range {
  readonly start: Place;
  readonly end: Place;
}

export interface Edit {
  readonly range: Range;
  readonly text: string;
}

/** Something that a check found. A server that only validates says no place. */
export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly code?: string;
  readonly range?: Range;
  readonly help?: string | null;
  readonly fix?: { readonly title: string; readonly edits: readonly Edit[] } | null;
}

export const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const;

export type Level = (typeof LEVELS)[number];

export interface LogEntry {
  readonly taskId?: string;
  readonly taskRunId?: string;
  readonly attemptNumber?: number;
  readonly timestamp: string;
  readonly level: Level;
  readonly message: string;
}

export interface Configuration {
  readonly version: string;
  readonly environment: { readonly name?: string; readonly color?: string };
  readonly hiddenLabelsPrefixes: readonly string[];
  readonly systemNamespace: string;
}

export interface LatestExecution {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly startDate: string;
  readonly status: State;
}

/** Why something does not move, in the server's words. Without a cause nothing is waited for. */
export interface Why {
  readonly cause: string | null;
  readonly words?: string;
  readonly since?: string;
  readonly facts?: {
    readonly until?: string;
    readonly at?: string;
    readonly executionId?: string;
    readonly error?: string;
    readonly attempt?: number;
    readonly maxAttempts?: number;
    readonly open?: number;
    readonly total?: number;
    readonly place?: number;
    readonly slots?: number;
    readonly running?: number;
    readonly limits?: readonly {
      readonly name: string;
      readonly size: number;
      readonly holders: readonly { readonly executionId: string; readonly state: State; readonly ageMs: number }[];
    }[];
  };
}
