/** The words of the interface, by typed key. */

import { en } from "./en";
import { fill, type Values } from "./message";

export type TextKey = keyof typeof en;

const LANGUAGE = "en";

export function t(key: TextKey, values: Values = {}): string {
  return fill(en[key], LANGUAGE, values);
}
