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

const rows = [tagRows, buildRows, consumerRows, e2eRows, cleanupRows, metricsRows, rollbackRows, practiceRows, peopleRows].flat();

/** The rows with the ids that tests and the README call them by. */
export const requirements: readonly (Requirement & { id: string })[] = rows.map((row, index) => ({ id: `R${String(index + 1).padStart(3, "0")}`, ...row }));
