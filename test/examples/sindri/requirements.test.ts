/** What Sindri's plan asks for, row by row. */
import config from "../../../examples/sindri/ci.config.ts";
import { proveRequirements } from "../support/prove.ts";
import { topics } from "./requirements.ts";

const parts = ["Summary", "Background", "Tags", "Cache", "Registry", "Components", "Data flow"];
const tasks = [
  "1.1",
  "1.2",
  "1.3",
  "1.4",
  "2.1",
  "2.2",
  "2.3",
  "3.1",
  "3.2",
  "3.3",
  "3.4",
  "4.1",
  "4.2",
  "4.3",
  "4.4",
  "4.5",
  "5.1",
  "5.2",
  "5.3",
  "5.4",
  "5.5",
  "6.1",
  "6.2",
  "6.3",
  "6.4",
  "6.5",
];
const phases = [1, 2, 3, 4, 5, 6].flatMap((phase) => [`P${phase} deliverables`, `P${phase} tests`]);
const rest = [
  "Unit tests",
  "Integration tests",
  "End-to-end tests",
  "Performance tests",
  "Regression tests",
  "Stress tests",
  "Immediate rollback",
  "Partial rollback",
  "Full rollback",
  "Rollback test",
];
const end = [
  "KPIs",
  "Dashboards",
  "Alerts",
  "Reporting",
  "Technical risks",
  "Operational risks",
  "Business risks",
  "Risk response",
  "Timeline",
  "Phase criteria",
  "Functional criteria",
  "Performance criteria",
  "Operational criteria",
  "Business criteria",
  "Acceptance",
  "After launch",
  "Appendix",
];

proveRequirements({
  name: "sindri",
  title: "Sindri's plan",
  config,
  topics,
  sections: [...parts, ...tasks, ...phases, ...rest, ...end],
});
