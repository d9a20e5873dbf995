/** Every requirement of Sindri's plan that files can meet, and the ones that are left to people. */
import { numbered } from "../support/topics.ts";
import { buildRows } from "./rows/build.ts";
import { cleanupRows } from "./rows/cleanup.ts";
import { deploymentRows } from "./rows/deployments.ts";
import { metricsRows } from "./rows/metrics.ts";
import { orchestrationRows } from "./rows/orchestration.ts";
import { pageRows } from "./rows/pages.ts";
import { peopleRows } from "./rows/people.ts";
import { riskRows } from "./rows/risks.ts";
import { rollbackRows } from "./rows/rollback.ts";
import { tagRows } from "./rows/tags.ts";

export const topics = numbered([
  ["How images are named", tagRows],
  ["The build, once", buildRows],
  ["Machines for tests", deploymentRows],
  ["Who tests, and when", orchestrationRows],
  ["The cleanup", cleanupRows],
  ["The figures", metricsRows],
  ["Going back", rollbackRows],
  ["Risks", riskRows],
  ["Documents", pageRows],
  ["People", peopleRows],
]);
