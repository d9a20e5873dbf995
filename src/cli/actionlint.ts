/** A repository's own settings for actionlint, which are left as they are; `actionlint-ignores.ts` says what they lack. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ACTIONLINT_FILE } from "../compiler/actionlint.ts";
import { readSource } from "./files/stamp.ts";

/** In the order in which actionlint looks for them. */
const PLACES = [ACTIONLINT_FILE, ACTIONLINT_FILE.replace(/yaml$/, "yml")];

export interface OwnSettings {
  path: string;
  text: string;
}

/** The settings that somebody else wrote; undefined where there are none, or Pipewright's. */
export async function ownSettings(root: string): Promise<OwnSettings | undefined> {
  for (const path of PLACES) {
    const text = await readFile(resolve(root, path), "utf8").catch(() => undefined);
    if (text !== undefined && readSource(text) === undefined) return { path, text };
  }
  return undefined;
}
