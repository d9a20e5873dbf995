/** The programs of `templates/`, each whole: with the shared pieces that it names put in their places. */
import approved from "../../templates/approved.sh?raw";
import awaitTests from "../../templates/await-tests.sh?raw";
import checkCoverage from "../../templates/check-coverage.mjs?raw";
import checkImageSize from "../../templates/check-image-size.sh?raw";
import checkNeeds from "../../templates/check-needs.sh?raw";
import checkSizes from "../../templates/check-sizes.sh?raw";
import choosePlatforms from "../../templates/choose-platforms.sh?raw";
import cleanRun from "../../templates/clean-run.mjs?raw";
import cleanup from "../../templates/cleanup.mjs?raw";
import collectDiagnostics from "../../templates/collect-diagnostics.sh?raw";
import comment from "../../templates/comment.mjs?raw";
import confirmImage from "../../templates/confirm-image.sh?raw";
import containerLogs from "../../templates/container-logs.sh?raw";
import decideVersion from "../../templates/decide-version.sh?raw";
import exportSboms from "../../templates/export-sboms.sh?raw";
import findArtifact from "../../templates/find-artifact.sh?raw";
import findChanges from "../../templates/find-changes.sh?raw";
import findImage from "../../templates/find-image.sh?raw";
import findLastPublication from "../../templates/find-last-publication.sh?raw";
import findUnchanged from "../../templates/find-unchanged.sh?raw";
import flakes from "../../templates/flakes.mjs?raw";
import githubRelease from "../../templates/github-release.mjs?raw";
import imageSummary from "../../templates/image-summary.sh?raw";
import judgePush from "../../templates/judge-push.sh?raw";
import judgeTests from "../../templates/judge-tests.sh?raw";
import libApi from "../../templates/lib/api.sh?raw";
import libConventional from "../../templates/lib/conventional.mjs?raw";
import libCoverage from "../../templates/lib/coverage.mjs?raw";
import libCarryOut from "../../templates/lib/carry-out.mjs?raw";
import libDecide from "../../templates/lib/decide.mjs?raw";
import libFiguresFile from "../../templates/lib/figures-file.mjs?raw";
import libFlaky from "../../templates/lib/flaky.mjs?raw";
import libFlakyIssues from "../../templates/lib/flaky-issues.mjs?raw";
import libGithubScript from "../../templates/lib/github.mjs?raw";
import libGlobs from "../../templates/lib/globs.mjs?raw";
import libGpg from "../../templates/lib/gpg.mjs?raw";
import libHttp from "../../templates/lib/http.mjs?raw";
import libJunit from "../../templates/lib/junit.mjs?raw";
import libLogScript from "../../templates/lib/log.mjs?raw";
import libFreshness from "../../templates/lib/freshness.sh?raw";
import libCompare from "../../templates/lib/compare.mjs?raw";
import libFigures from "../../templates/lib/figures.mjs?raw";
import libHistory from "../../templates/lib/history.mjs?raw";
import libMaven from "../../templates/lib/maven.mjs?raw";
import libPins from "../../templates/lib/pins.mjs?raw";
import libRepeat from "../../templates/lib/repeat.mjs?raw";
import libReport from "../../templates/lib/report.mjs?raw";
import libSemver from "../../templates/lib/semver.mjs?raw";
import libTimings from "../../templates/lib/timings.mjs?raw";
import libLog from "../../templates/lib/log.sh?raw";
import libMarkdown from "../../templates/lib/markdown.mjs?raw";
import libNeeds from "../../templates/lib/needs.sh?raw";
import libOci from "../../templates/lib/oci.mjs?raw";
import libRegistry from "../../templates/lib/registry.sh?raw";
import libRetry from "../../templates/lib/retry.sh?raw";
import libStatus from "../../templates/lib/status.sh?raw";
import libTags from "../../templates/lib/tags.sh?raw";
import libVersion from "../../templates/lib/version.sh?raw";
import libVersions from "../../templates/lib/versions.mjs?raw";
import libVersionsDockerhub from "../../templates/lib/versions-dockerhub.mjs?raw";
import libVersionsEcr from "../../templates/lib/versions-ecr.mjs?raw";
import libVersionsOci from "../../templates/lib/versions-oci.mjs?raw";
import libVersionsPackages from "../../templates/lib/versions-packages.mjs?raw";
import libWriteZip from "../../templates/lib/write-zip.mjs?raw";
import libXml from "../../templates/lib/xml.mjs?raw";
import libZip from "../../templates/lib/zip.mjs?raw";
import loadImage from "../../templates/load-image.sh?raw";
import metrics from "../../templates/metrics.mjs?raw";
import namePlace from "../../templates/name-place.sh?raw";
import notify from "../../templates/notify.sh?raw";
import nameBase from "../../templates/name-base.sh?raw";
import openPullRequest from "../../templates/open-pull-request.mjs?raw";
import planBuild from "../../templates/plan-build.sh?raw";
import planRelease from "../../templates/plan-release.sh?raw";
import postStatus from "../../templates/post-status.sh?raw";
import preflight from "../../templates/preflight.sh?raw";
import promote from "../../templates/promote.sh?raw";
import pruneCaches from "../../templates/prune-caches.mjs?raw";
import publishImage from "../../templates/publish-image.sh?raw";
import publishMaven from "../../templates/publish-maven.mjs?raw";
import publishNpm from "../../templates/publish-npm.sh?raw";
import pullImage from "../../templates/pull-image.sh?raw";
import readVerdicts from "../../templates/read-verdicts.sh?raw";
import releaseNotes from "../../templates/release-notes.mjs?raw";
import refuseUntested from "../../templates/refuse-untested.sh?raw";
import reportStatus from "../../templates/report-status.sh?raw";
import resolveImage from "../../templates/resolve-image.sh?raw";
import runWithRetries from "../../templates/run-with-retries.sh?raw";
import signImage from "../../templates/sign-image.sh?raw";
import stillNewest from "../../templates/still-newest.sh?raw";
import startContainer from "../../templates/start-container.sh?raw";
import waitHealthy from "../../templates/wait-healthy.sh?raw";
import waitUntil from "../../templates/wait-until.sh?raw";
import withdrawTags from "../../templates/withdraw-tags.mjs?raw";
import writeRecord from "../../templates/write-record.sh?raw";
import { inlineProgram } from "./inline.ts";

const LIBRARIES: Readonly<Record<string, string>> = {
  "lib/api.sh": libApi,
  "lib/conventional.mjs": libConventional,
  "lib/coverage.mjs": libCoverage,
  "lib/carry-out.mjs": libCarryOut,
  "lib/decide.mjs": libDecide,
  "lib/figures-file.mjs": libFiguresFile,
  "lib/flaky-issues.mjs": libFlakyIssues,
  "lib/flaky.mjs": libFlaky,
  "lib/github.mjs": libGithubScript,
  "lib/globs.mjs": libGlobs,
  "lib/gpg.mjs": libGpg,
  "lib/http.mjs": libHttp,
  "lib/junit.mjs": libJunit,
  "lib/log.mjs": libLogScript,
  "lib/freshness.sh": libFreshness,
  "lib/compare.mjs": libCompare,
  "lib/figures.mjs": libFigures,
  "lib/history.mjs": libHistory,
  "lib/maven.mjs": libMaven,
  "lib/pins.mjs": libPins,
  "lib/repeat.mjs": libRepeat,
  "lib/report.mjs": libReport,
  "lib/semver.mjs": libSemver,
  "lib/timings.mjs": libTimings,
  "lib/log.sh": libLog,
  "lib/markdown.mjs": libMarkdown,
  "lib/needs.sh": libNeeds,
  "lib/oci.mjs": libOci,
  "lib/registry.sh": libRegistry,
  "lib/retry.sh": libRetry,
  "lib/status.sh": libStatus,
  "lib/tags.sh": libTags,
  "lib/version.sh": libVersion,
  "lib/versions-dockerhub.mjs": libVersionsDockerhub,
  "lib/versions-ecr.mjs": libVersionsEcr,
  "lib/versions-oci.mjs": libVersionsOci,
  "lib/versions-packages.mjs": libVersionsPackages,
  "lib/versions.mjs": libVersions,
  "lib/write-zip.mjs": libWriteZip,
  "lib/xml.mjs": libXml,
  "lib/zip.mjs": libZip,
};

const PROGRAMS = {
  "approved.sh": approved,
  "await-tests.sh": awaitTests,
  "check-coverage.mjs": checkCoverage,
  "check-image-size.sh": checkImageSize,
  "check-needs.sh": checkNeeds,
  "check-sizes.sh": checkSizes,
  "choose-platforms.sh": choosePlatforms,
  "clean-run.mjs": cleanRun,
  "cleanup.mjs": cleanup,
  "collect-diagnostics.sh": collectDiagnostics,
  "comment.mjs": comment,
  "confirm-image.sh": confirmImage,
  "container-logs.sh": containerLogs,
  "decide-version.sh": decideVersion,
  "export-sboms.sh": exportSboms,
  "find-artifact.sh": findArtifact,
  "find-changes.sh": findChanges,
  "find-image.sh": findImage,
  "find-last-publication.sh": findLastPublication,
  "find-unchanged.sh": findUnchanged,
  "flakes.mjs": flakes,
  "github-release.mjs": githubRelease,
  "image-summary.sh": imageSummary,
  "judge-push.sh": judgePush,
  "judge-tests.sh": judgeTests,
  "load-image.sh": loadImage,
  "metrics.mjs": metrics,
  "name-place.sh": namePlace,
  "notify.sh": notify,
  "name-base.sh": nameBase,
  "open-pull-request.mjs": openPullRequest,
  "plan-build.sh": planBuild,
  "plan-release.sh": planRelease,
  "post-status.sh": postStatus,
  "preflight.sh": preflight,
  "promote.sh": promote,
  "prune-caches.mjs": pruneCaches,
  "publish-image.sh": publishImage,
  "publish-maven.mjs": publishMaven,
  "publish-npm.sh": publishNpm,
  "pull-image.sh": pullImage,
  "read-verdicts.sh": readVerdicts,
  "release-notes.mjs": releaseNotes,
  "refuse-untested.sh": refuseUntested,
  "report-status.sh": reportStatus,
  "resolve-image.sh": resolveImage,
  "run-with-retries.sh": runWithRetries,
  "sign-image.sh": signImage,
  "still-newest.sh": stillNewest,
  "start-container.sh": startContainer,
  "wait-healthy.sh": waitHealthy,
  "wait-until.sh": waitUntil,
  "withdraw-tags.mjs": withdrawTags,
  "write-record.sh": writeRecord,
} as const;

export type ProgramName = keyof typeof PROGRAMS;

const inlined = new Map<ProgramName, string>();

/** A program's whole text. Made once: a thousand consumers carry the same one. */
export function programText(name: ProgramName): string {
  const known = inlined.get(name);
  if (known !== undefined) return known;
  const text = inlineProgram(PROGRAMS[name], LIBRARIES);
  inlined.set(name, text);
  return text;
}

const words = new Map<ProgramName, ReadonlySet<string>>();

/** Of variables that many programs share, those that this one reads: the rest would only stand in its way. */
export function readBy<Value>(name: ProgramName, environment: Readonly<Record<string, Value>>): Record<string, Value> {
  const known = words.get(name) ?? new Set(programText(name).match(/\b[A-Z][A-Z0-9_]+\b/g));
  words.set(name, known);
  return Object.fromEntries(Object.entries(environment).filter(([variable]) => known.has(variable)));
}

export const programNames = (): ProgramName[] => Object.keys(PROGRAMS) as ProgramName[];
