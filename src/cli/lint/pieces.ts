/** Work in pieces that two threads take from, one after the other, until nothing is left. */
import type { Finding } from "../../lint/finding.ts";
import { type Reader, type Work, worker } from "../../lint/pass.ts";
import type { Rule } from "../../lint/rule.ts";
import type { LintSettings } from "../../lint/settings.ts";
import { type Asked, filesOnDisk, recorded } from "./repository-files.ts";

export interface SharedWork {
  pieces: readonly Work[];
  settings: LintSettings;
  root: string;
  /** 32-bit numbers that both threads see. */
  counters: SharedArrayBuffer;
}

/** The piece that is next. */
export const NEXT = 0;
/** 1 once the second thread has begun. */
export const SECOND_THREAD_BEGAN = 1;
export const COUNTERS = 2;

export interface DonePiece {
  index: number;
  /** By file, in the piece's order. */
  each: Finding[][];
  /** By group, with what its rules asked of the rest of the repository. */
  together: { findings: Finding[]; asked: Asked[] }[];
}

/** Takes pieces as long as there are any. */
export async function takePieces(
  rules: readonly Rule[],
  { pieces, settings, root, counters }: SharedWork,
  read?: Reader,
): Promise<DonePiece[]> {
  const numbers = new Int32Array(counters);
  const files = filesOnDisk(root);
  const work = worker(rules, settings, read);
  const all: DonePiece[] = [];
  for (;;) {
    const index = Atomics.add(numbers, NEXT, 1);
    const piece = pieces[index];
    if (!piece) return all;
    const logs = piece.together.map((): Asked[] => []);
    const { each, together } = await work(piece, (group) => recorded(files, logs[piece.together.indexOf(group)] ?? []));
    all.push({ index, each, together: together.map((findings, at) => ({ findings, asked: logs[at] ?? [] })) });
  }
}
