/** Which workflows there are, under which names, from the config. */
import type { Config, WorkflowKind } from "../../config/schema.ts";
import { ofMember } from "../check-names.ts";
import type { Channel, Pipeline, WorkflowFile } from "../types.ts";

const WORKFLOW_DEFAULTS: Readonly<Record<WorkflowKind, WorkflowFile>> = {
  build: { name: "Build", path: "build" },
  builds: { name: "Builds", path: "builds" },
  files: { name: "Files", path: "files" },
  scan: { name: "Scan", path: "scan" },
  nightly: { name: "Nightly Build", path: "nightly-build" },
  cleanup: { name: "Container Registry Cleanup", path: "container-prune" },
  metrics: { name: "CI Performance Metrics", path: "ci-metrics" },
  promote: { name: "Promote Images", path: "promote" },
  release: { name: "Release", path: "release" },
  check: { name: "CI Config", path: "ci-config" },
  warmUp: { name: "Cache Warm-up", path: "cache-warm" },
  flakes: { name: "Flaky Tests", path: "flaky-tests" },
  bases: { name: "Base Images", path: "base-images" },
};

export const workflowPath = (config: Config, file: string): string =>
  `.github/workflows/${config.files.prefix}${file.replace(/\.ya?ml$/, "")}.yml`;

interface Present {
  member: string | undefined;
  hasImages: boolean;
  /** Whether there is anything to build or to test; a config of several pipelines may have nothing of its own. */
  hasWork: boolean;
  channels: readonly Channel[];
}

export function workflowsOf(config: Config, { member, hasImages, hasWork, channels }: Present): Pipeline["workflows"] {
  const present: Record<WorkflowKind, boolean> = {
    build: hasWork,
    // Whether several kinds of run share what is built, only the whole plan tells.
    builds: true,
    files: true,
    scan: true,
    nightly: config.nightly !== false,
    cleanup: config.retention !== false && hasImages,
    metrics: config.metrics !== false,
    // In one run with its tests, the build workflow moves the tags itself.
    promote:
      config.topology === "workflow_run" && config.moveTags === "after-tests" && hasImages && channels.length > 0,
    release: config.release !== false && hasImages,
    check: config.check !== false,
    warmUp: config.warmUp !== false,
    flakes: config.flakes !== false,
    bases: Object.keys(config.bases).length > 0,
  };
  return Object.fromEntries(
    (Object.keys(present) as WorkflowKind[])
      .filter((kind) => present[kind])
      .map((kind) => [
        kind,
        {
          name: config.names[kind] ?? WORKFLOW_DEFAULTS[kind].name + ofMember(member),
          path: workflowPath(config, config.files.names[kind] ?? WORKFLOW_DEFAULTS[kind].path),
        },
      ]),
  );
}
