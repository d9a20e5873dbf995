/** Looking for known vulnerabilities in an image, and reporting them to code scanning. */
import { inRepository } from "../../pipeline/check-names.ts";
import type { ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { expression } from "../expressions.ts";
import { useAction } from "./action.ts";

type Scan = Exclude<ImageBuild["scan"], false>;

const reportOf = (key: string): string => `trivy-${key}.sarif`;

/** @param subject the image by its digest, or an archive; of the platform in the job's matrix */
export const scanStep = (
  pipeline: Pipeline,
  key: string,
  scan: Scan,
  step: { name: string; if?: string | undefined },
  subject: Record<string, Scalar>,
): Step =>
  useAction(pipeline, "aquasecurity/trivy-action", {
    ...step,
    timeoutMinutes: scan.timeoutMinutes,
    with: {
      ...subject,
      format: "sarif",
      output: reportOf(key),
      severity: scan.severities.join(","),
      // Without it a SARIF report holds every severity, and the exit code with it.
      "limit-severities-for-sarif": true,
      "ignore-unfixed": scan.ignoreUnfixed,
      trivyignores: scan.ignoreFile,
      "exit-code": scan.block ? "1" : "0",
    },
    env: { TRIVY_PLATFORM: expression("matrix.platform") },
  });

/** Nothing where the config keeps findings out of code scanning. */
export const reportFindings = (pipeline: Pipeline, key: string, scan: Scan): Step[] =>
  scan.sarif
    ? [
        useAction(pipeline, "github/codeql-action/upload-sarif", {
          name: "Report to code scanning",
          if: `!cancelled() && hashFiles('${reportOf(key)}') != ''`,
          // Runs of forks, and private repositories without the paid feature, may be refused.
          continueOnError: true,
          with: {
            sarif_file: reportOf(key),
            category: `trivy-${inRepository(pipeline, key)}-${expression("matrix.platform")}`,
          },
        }),
      ]
    : [];

/** What a job that scans must be granted beside its login; the upload of a report reads the run and the commit where the repository is private. */
export const scanPermissions = (scan: Scan) =>
  ({
    actions: scan.sarif && "read",
    contents: (scan.sarif || scan.ignoreFile !== undefined) && "read",
    "security-events": scan.sarif && "write",
  }) as const;
