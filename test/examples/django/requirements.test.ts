/** What the Django site's roadmap asks for, row by row. P1 to P6 are its priorities, F its fine-tuning. */
import config from "../../../examples/django/ci.config.ts";
import { proveRequirements } from "../support/prove.ts";
import { topics } from "./requirements.ts";

const priorities = [
  "P1 current",
  "P1 optimized",
  "P1 step 1",
  "P1 step 2",
  "P1 step 3",
  "P1 step 4",
  "P1 checklist",
  "P1 rollback",
  "P2 step 1",
  "P2 step 2",
  "P2 step 3",
  "P3 step 1",
  "P3 step 2",
  "P3 step 3",
  "P3 step 4",
  "P4 step 1",
  "P4 step 2",
  "P4 step 3",
  "P4 step 4",
  "P5 step 1",
  "P5 step 2",
  "P5 step 3",
  "P6 step 1",
  "P6 step 2",
  "P6 step 3",
  "P6 step 4",
];
const rest = [
  "Overview",
  "F Postgres",
  "F package.production.json",
  "Timeline",
  "Cost",
  "KPI speed",
  "KPI caches",
  "KPI build",
  "KPI images",
  "KPI reliability",
  "KPI deployments",
  "Dashboard",
  "Rollback 1",
  "Rollback 2",
  "Rollback 3",
  "Testing 1",
  "Testing 2",
  "Testing 3",
  "Validation",
  "Next steps",
  "Q&A",
];

proveRequirements({
  name: "django",
  title: "The Django site's roadmap",
  config,
  topics,
  sections: [...priorities, ...rest],
});
