/** The rows of a plan's table, by topic, each with the id that tests and the README call it by. */
import type { Requirement } from "./requirement.ts";

export type Row = Requirement & { id: string };

export interface Topic {
  title: string;
  rows: readonly Row[];
}

/** Numbers the rows from R001, through all topics. */
export function numbered(topics: readonly (readonly [title: string, rows: readonly Requirement[]])[]): Topic[] {
  const startOf = (topic: number): number => topics.slice(0, topic).reduce((sum, [, rows]) => sum + rows.length, 0);
  return topics.map(([title, rows], topic) => ({
    title,
    rows: rows.map((row, index) => ({ id: idOf(startOf(topic) + index + 1), ...row })),
  }));
}

const idOf = (number: number): string => `R${String(number).padStart(3, "0")}`;
