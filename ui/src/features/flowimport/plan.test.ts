import { expect, it } from "vitest";
import { documents } from "./plan";
import { textsOf } from "./zip";

it("a file may hold several flows", () => {
  const found = (text: string) => documents(text).map((one) => [one.above, one.text]);
  expect(found("---\nid: a\n---\nid: b\n")).toEqual([
    [1, "id: a"],
    [3, "id: b\n"],
  ]);
  expect(found("# nothing\n\n---\nid: b\n")).toEqual([[3, "id: b\n"]]);
  expect(found("id: a\ntext: |\n  ---\n")).toHaveLength(1);
});

/** A ZIP of one file that is stored as it is. */
function zip(name: string, text: string): ArrayBuffer {
  const [names, data] = [new TextEncoder().encode(name), new TextEncoder().encode(text)];
  const local = new DataView(new ArrayBuffer(30));
  local.setUint32(0, 0x04034b50, true);
  local.setUint16(26, names.length, true);
  const entry = new DataView(new ArrayBuffer(46));
  entry.setUint32(0, 0x02014b50, true);
  entry.setUint32(20, data.length, true);
  entry.setUint16(28, names.length, true);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, 1, true);
  end.setUint32(16, 30 + names.length + data.length, true);
  const parts = [local, names, data, entry, names, end].map((part) =>
    part instanceof DataView ? new Uint8Array(part.buffer) : part,
  );
  return Uint8Array.from(parts.flatMap((part) => [...part])).buffer;
}

it("texts of an archive are read by their names", async () => {
  const archive = zip("flows/ä.yml", "id: a\n");
  expect(await textsOf(archive, (name) => name.endsWith(".yml"))).toEqual([{ name: "flows/ä.yml", text: "id: a\n" }]);
  expect(await textsOf(archive, () => false)).toEqual([]);
});

it("what is no archive is told", async () => {
  await expect(textsOf(new ArrayBuffer(10), () => true)).rejects.toThrow("no ZIP");
  await expect(textsOf(new ArrayBuffer(100), () => true)).rejects.toThrow("no ZIP");
});
