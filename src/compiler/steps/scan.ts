/** Looking for known vulnerabilities in an image, and reporting them to code scanning. */
import { inRepository } from "../../pipeline/check-names.ts";
import type { Pipeline, Scan as ImageScan } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { every } from "../expressions.ts";
import { useAction } from "./action.ts";

type Scan = Omit<ImageScan, "apart">;

/** A report each platform, where one job scans several. */
const reportOf = (key: string, platform: string): string => `trivy-${key}-${platform.replaceAll("/", "-")}.sarif`;

export interface Scanned {
  name: string;
  if?: string | undefined;
  platform: string;
  /** The image by its digest, or an archive. */
  with: Record<string, Scalar>;
}

export const scanStep = (pipeline: Pipeline, key: string, scan: Scan, scanned: Scanned): Step =>
  useAction(pipeline, "aquasecurity/trivy-action", {
    name: scanned.name,
    if: scanned.if,
    timeoutMinutes: scan.timeoutMinutes,
    with: {
      ...scanned.with,
      format: "sarif",
      output: reportOf(key, scanned.platform),
      severity: scan.severities.join(","),
      // Without it a SARIF report holds every severity, and the exit code with it.
      "limit-severities-for-sarif": true,
      "ignore-unfixed": scan.ignoreUnfixed ? true : undefined,
      trivyignores: scan.ignoreFile,
      "exit-code": scan.block ? "1" : "0",
    },
    // Of several platforms it takes its own, which is this one on GitHub's usual runners.
    ...(scanned.platform !== "linux/amd64" && { env: { TRIVY_PLATFORM: scanned.platform } }),
  });

/** Nothing where the config keeps findings out of code scanning. @param several whether the job reports on other platforms, too */
export const reportFindings = (
  pipeline: Pipeline,
  key: string,
  scan: Scan,
  platform: string,
  several: boolean,
): Step[] =>
  scan.sarif
    ? [
        useAction(pipeline, "github/codeql-action/upload-sarif", {
          name: `Report ${key}${several ? ` (${platform})` : ""} to code scanning`,
          if: every("!cancelled()", `hashFiles('${reportOf(key, platform)}') != ''`),
          // Runs of forks, and private repositories without the paid feature, may be refused.
          continueOnError: true,
          with: {
            sarif_file: reportOf(key, platform),
            category: `trivy-${inRepository(pipeline, key)}-${platform}`,
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
