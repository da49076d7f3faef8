/** Dates, durations and numbers as people read them. Everything takes the moment as argument: nothing here has a clock. */

export interface Form {
  readonly language: string;
  /** An IANA zone. */
  readonly zone: string;
}

export function defaultForm(): Form {
  return { language: navigator.language, zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(form: Form, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${form.language} ${form.zone} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(form.language, { timeZone: form.zone, hourCycle: "h23", ...options });
    formatters.set(key, found);
  }
  return found;
}

/** Date and time to the second, with the zone in words: for tooltips and details. */
export function fullMoment(iso: string, form: Form): string {
  return formatter(form, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(new Date(iso));
}

/** A moment below an axis: as fine as what it marks is wide. */
export function axisMoment(at: number, step: number, form: Form): string {
  const isDay = step >= 86_400_000;
  const options: Intl.DateTimeFormatOptions = isDay
    ? { month: "short", day: "numeric" }
    : { hour: "2-digit", minute: "2-digit" };
  return formatter(form, options).format(new Date(at));
}

/** The time alone if it was today, otherwise with the day: for tables. */
export function shortMoment(iso: string, now: number, form: Form): string {
  const moment = new Date(iso);
  const day = formatter(form, { year: "numeric", month: "2-digit", day: "2-digit" });
  const time = formatter(form, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(moment);
  if (day.format(moment) === day.format(now)) return time;
  const isThisYear = moment.getFullYear() === new Date(now).getFullYear();
  const date = formatter(form, { month: "short", day: "numeric", ...(isThisYear ? {} : { year: "numeric" }) });
  return `${date.format(moment)}, ${time}`;
}

/** Time to the millisecond, as a log shows it. */
export function logMoment(iso: string, form: Form): string {
  return formatter(form, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  }).format(new Date(iso));
}

/** A distance to the millisecond, as a log shows it: `+0.012`, `+1:02:03.400`. */
export function elapsed(milliseconds: number): string {
  const whole = Math.abs(Math.round(milliseconds));
  const seconds = Math.floor(whole / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const head = hours > 0 ? `${hours}:${two(minutes)}:` : minutes > 0 ? `${minutes}:` : "";
  const rest = head === "" ? String(seconds % 60) : two(seconds % 60);
  return `${milliseconds < 0 ? "-" : "+"}${head}${rest}.${String(whole % 1000).padStart(3, "0")}`;
}

/** How long something took, in at most two units: `240 ms`, `1.2 s`, `4 m 12 s`, `3 d 4 h`. */
export function duration(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds));
  if (whole < 1000) return `${whole} ms`;
  if (whole < 10_000) return `${(Math.floor(whole / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(whole / 1000);
  const units: readonly [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "m"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, name] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(" ");
}

/** The days between two moments on the calendar of a zone: tomorrow is one day ahead, however late it is today. */
function daysBetween(one: number, other: number, { zone }: Form): number {
  // This language writes dates as they are sorted.
  const form = { language: "en-CA", zone };
  const day = (at: number) =>
    Date.parse(formatter(form, { year: "numeric", month: "2-digit", day: "2-digit" }).format(at));
  return Math.round((day(other) - day(one)) / 86_400_000);
}

/** How long ago, or how far ahead, in the reader's language. */
export function distance(iso: string, now: number, form: Form): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(form.language, { numeric: "auto" });
  if (Math.abs(seconds) >= 86_400) return relative.format(daysBetween(now, Date.parse(iso), form), "day");
  const steps: readonly [number, Intl.RelativeTimeFormatUnit][] = [
    [3_600, "hour"],
    [60, "minute"],
  ];
  for (const [size, unit] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(Math.round(seconds), "second");
}

/** An ISO duration of days and less in milliseconds; `null` when it is none. Years and months have no fixed length. */
export function isoDuration(text: string): number | null {
  const found = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (!found || text.endsWith("P") || text.endsWith("T")) return null;
  const [weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  return ((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
}

export function count(value: number, form: Form): string {
  return new Intl.NumberFormat(form.language).format(value);
}

/** A part of one. */
export function percent(part: number, form: Form): string {
  return new Intl.NumberFormat(form.language, { style: "percent", maximumFractionDigits: 1 }).format(part);
}

export function bytes(size: number, form: Form): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const options = {
    style: "unit",
    unit: units[unit] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: 1,
  } as const;
  return new Intl.NumberFormat(form.language, options).format(value);
}

/** A long id, cut in its middle. */
export function middle(text: string, length = 13): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}
