/** Every requirement of Charon's plan that files can meet, and the ones that are left to people. */
import { numbered } from "../support/topics.ts";
import { buildRows } from "./rows/build.ts";
import { cleanupRows } from "./rows/cleanup.ts";
import { consumerRows } from "./rows/consumers.ts";
import { e2eRows } from "./rows/e2e.ts";
import { metricsRows } from "./rows/metrics.ts";
import { peopleRows } from "./rows/people.ts";
import { practiceRows } from "./rows/practices.ts";
import { rollbackRows } from "./rows/rollback.ts";
import { tagRows } from "./rows/tags.ts";

export const topics = numbered([
  ["What is built, and how it is named", tagRows],
  ["The build", buildRows],
  ["The tests that follow it", consumerRows],
  ["The end-to-end tests", e2eRows],
  ["The cleanup", cleanupRows],
  ["The metrics", metricsRows],
  ["Going back", rollbackRows],
  ["Every file, and the pages", practiceRows],
  ["People", peopleRows],
]);
