/** Every requirement of the Django site's roadmap, and the ones that are left to people. */
import { numbered } from "../support/topics.ts";
import { baseRows } from "./rows/bases.ts";
import { buildRows } from "./rows/builds.ts";
import { cacheRows } from "./rows/caches.ts";
import { deployRows } from "./rows/deploy.ts";
import { metricsRows } from "./rows/metrics.ts";
import { peopleRows } from "./rows/people.ts";
import { tagRows } from "./rows/tags.ts";

export const topics = numbered([
  ["Tags", tagRows],
  ["Layers", cacheRows],
  ["Images and their tests", buildRows],
  ["The base image", baseRows],
  ["Deployments, and the ways back", deployRows],
  ["Figures", metricsRows],
  ["People", peopleRows],
]);
