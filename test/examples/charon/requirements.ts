/** Every requirement of Charon's plan that files can meet, and the ones that are left to people. */
import type { Requirement } from "./requirement.ts";
import { buildRows } from "./rows/build.ts";
import { cleanupRows } from "./rows/cleanup.ts";
import { consumerRows } from "./rows/consumers.ts";
import { e2eRows } from "./rows/e2e.ts";
import { metricsRows } from "./rows/metrics.ts";
import { peopleRows } from "./rows/people.ts";
import { practiceRows } from "./rows/practices.ts";
import { rollbackRows } from "./rows/rollback.ts";
import { tagRows } from "./rows/tags.ts";

/** A row with the id that tests and the README call it by. */
export type Row = Requirement & { id: string };

const byTopic: readonly [title: string, rows: readonly Requirement[]][] = [
  ["What is built, and how it is named", tagRows],
  ["The build", buildRows],
  ["The tests that follow it", consumerRows],
  ["The end-to-end tests", e2eRows],
  ["The cleanup", cleanupRows],
  ["The metrics", metricsRows],
  ["Going back", rollbackRows],
  ["Every file, and the pages", practiceRows],
  ["People", peopleRows],
];

const startOf = (topic: number): number => byTopic.slice(0, topic).reduce((sum, [, rows]) => sum + rows.length, 0);
const idOf = (number: number): string => `R${String(number).padStart(3, "0")}`;

export const topics: readonly { title: string; rows: readonly Row[] }[] = byTopic.map(([title, rows], topic) => ({
  title,
  rows: rows.map((row, index) => ({ id: idOf(startOf(topic) + index + 1), ...row })),
}));

export const requirements: readonly Row[] = topics.flatMap(({ rows }) => rows);
