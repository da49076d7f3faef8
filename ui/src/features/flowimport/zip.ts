/** Reads the texts of a ZIP in the browser, so that a plan can be shown before anything is sent. */

export interface Text {
  readonly name: string;
  readonly text: string;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
/** An entry that unpacks to more is no flow. */
const TEXT_MAX = 4 << 20;
const ENTRIES_MAX = 10_000;
const END_SIZE = 22;
const COMMENT_MAX = 0xffff;

async function unpacked(packed: Uint8Array<ArrayBuffer>, method: number, name: string): Promise<string> {
  if (method === 0) return new TextDecoder().decode(packed);
  if (method !== 8) throw new Error(`${name}: packed in a way that is not read here (${method})`);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.length;
    if (size > TEXT_MAX) throw new Error(`${name}: larger than 4 MiB`);
    text += decoder.decode(step.value, { stream: true });
  }
  return text + decoder.decode();
}

function endOf(view: DataView): number {
  for (let at = view.byteLength - END_SIZE; at >= 0 && at >= view.byteLength - END_SIZE - COMMENT_MAX; at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new Error("no ZIP: it has no list of entries");
}

/** The files whose names are wanted, in the order of the archive. */
export async function textsOf(archive: ArrayBuffer, isWanted: (name: string) => boolean): Promise<readonly Text[]> {
  const view = new DataView(archive);
  if (view.byteLength < END_SIZE) throw new Error("no ZIP: it is too short");
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  if (count > ENTRIES_MAX) throw new Error(`more than ${ENTRIES_MAX} files`);
  const found: Text[] = [];
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== ENTRY) throw new Error("no ZIP: its list is broken");
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(new Uint8Array(archive, at + 46, nameSize));
    if (isWanted(name) && !name.endsWith("/")) {
      const start = view.getUint32(at + 42, true);
      const data = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
      const packed = new Uint8Array(archive, data, view.getUint32(at + 20, true));
      found.push({ name, text: await unpacked(packed, view.getUint16(at + 10, true), name) });
    }
    at += 46 + (nameSize ?? 0) + (extraSize ?? 0) + (commentSize ?? 0);
  }
  return found;
}
