/** Colours that programs write into their output, as pieces of text. Pure. */

export interface Piece {
  readonly text: string;
  /** Where it begins in the text with its escapes. */
  readonly at: number;
  /** Names of classes: `red`, `bold`. */
  readonly looks: readonly string[];
}

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;
const LOOKS: Readonly<Record<number, string>> = { 1: "bold", 2: "dim", 3: "italic", 4: "underline" };
/** Escapes of terminals: those of colours end in `m`, others are dropped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for.
const ESCAPE = /\u001b(?:\[([0-9;:]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

interface Style {
  readonly colour: string | null;
  readonly looks: readonly string[];
}

const PLAIN: Style = { colour: null, looks: [] };

/** One of the eight colours that is nearest; grey is none, since it has to be read on light and on dark. */
function nearest(red: number, green: number, blue: number): string | null {
  const least = Math.min(red, green, blue);
  const most = Math.max(red, green, blue);
  if (most - least < 48) return null;
  const isHigh = (value: number) => value - least > (most - least) / 2;
  return COLOURS[(isHigh(red) ? 1 : 0) + (isHigh(green) ? 2 : 0) + (isHigh(blue) ? 4 : 0)] ?? null;
}

function ofPalette(index: number): string | null {
  if (index < 16) return COLOURS[index % 8] ?? null;
  if (index > 231) return null;
  const level = (step: number) => (Math.floor((index - 16) / step) % 6) * 51;
  return nearest(level(36), level(6), level(1));
}

/** The style after the numbers of one escape. Grounds are left out: text has to be read on ours. */
function styled(before: Style, numbers: readonly number[]): Style {
  let { colour, looks } = before;
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at] ?? 0;
    if (code === 0) ({ colour, looks } = PLAIN);
    else if (LOOKS[code]) looks = [...looks.filter((look) => look !== LOOKS[code]), LOOKS[code]];
    else if (code === 22) looks = looks.filter((look) => look !== "bold" && look !== "dim");
    else if (code === 23 || code === 24) looks = looks.filter((look) => look !== LOOKS[code - 20]);
    else if (code >= 30 && code <= 37) colour = COLOURS[code - 30] ?? null;
    else if (code >= 90 && code <= 97) colour = COLOURS[code - 90] ?? null;
    else if (code === 39) colour = null;
    else if (code === 38 || code === 48) {
      const [kind, first = 0, second = 0, third = 0] = numbers.slice(at + 1);
      const found = kind === 5 ? ofPalette(first) : nearest(first, second, third);
      if (code === 38) colour = found;
      at += kind === 5 ? 2 : 4;
    }
  }
  return { colour, looks };
}

export function piecesOf(text: string): readonly Piece[] {
  if (!text.includes("\u001b")) return text === "" ? [] : [{ text, at: 0, looks: [] }];
  const pieces: Piece[] = [];
  let style = PLAIN;
  let begin = 0;
  const take = (end: number) => {
    const { colour, looks } = style;
    if (end > begin) {
      pieces.push({ text: text.slice(begin, end), at: begin, looks: colour === null ? looks : [colour, ...looks] });
    }
  };
  for (const found of text.matchAll(ESCAPE)) {
    take(found.index);
    begin = found.index + found[0].length;
    if (found[2] === "m") style = styled(style, (found[1] ?? "").split(/[;:]/).map(Number));
  }
  take(text.length);
  return pieces;
}

/** The text as it is read, without escapes. */
export function plain(text: string): string {
  return text.includes("\u001b") ? text.replace(ESCAPE, "") : text;
}
