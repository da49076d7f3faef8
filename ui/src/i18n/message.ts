/** Messages with places to fill: `{name}`, and `{count, plural, one {# flow} other {# flows}}`. */

export type Values = Readonly<Record<string, string | number>>;

/** Where the brace that opens here is closed. */
function closing(message: string, open: number): number {
  let depth = 0;
  for (let at = open; at < message.length; at += 1) {
    if (message[at] === "{") depth += 1;
    if (message[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return message.length;
}

function plural(choices: string, value: number, language: string, values: Values): string {
  const wanted = new Intl.PluralRules(language).select(value);
  const found = new Map<string, string>();
  let at = 0;
  while (at < choices.length) {
    const open = choices.indexOf("{", at);
    if (open < 0) break;
    const close = closing(choices, open);
    found.set(choices.slice(at, open).trim(), choices.slice(open + 1, close));
    at = close + 1;
  }
  const chosen = found.get(`=${value}`) ?? found.get(wanted) ?? found.get("other") ?? "";
  return fill(chosen.replaceAll("#", new Intl.NumberFormat(language).format(value)), language, values);
}

export function fill(message: string, language: string, values: Values): string {
  let text = "";
  let at = 0;
  while (at < message.length) {
    const open = message.indexOf("{", at);
    if (open < 0) return text + message.slice(at);
    const close = closing(message, open);
    text += message.slice(at, open) + place(message.slice(open + 1, close), language, values);
    at = close + 1;
  }
  return text;
}

function place(inside: string, language: string, values: Values): string {
  const found = /^(\w+),\s*plural,\s*([\s\S]*)$/.exec(inside);
  if (found) return plural(found[2] ?? "", Number(values[found[1] ?? ""] ?? 0), language, values);
  const value = values[inside.trim()];
  if (value === undefined) return `{${inside}}`;
  return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
}
