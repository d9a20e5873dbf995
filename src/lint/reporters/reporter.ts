import type { LintReport } from "../report.ts";

/** A report as text. Pure: what else a reporter needs is in its options. */
export type Reporter = (report: LintReport) => string;

export const REPORTERS = ["pretty", "json", "sarif", "github"] as const;
export type ReporterName = (typeof REPORTERS)[number];
