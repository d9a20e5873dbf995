// The inputs of each program. Made from the files templates/<program>/action.yml by `npm run programs`; a test keeps it
// fresh.
import type { Scalar } from "../workflow/model.ts";

export interface ProgramInputs {
  approved: { environment: Scalar; version: Scalar };
  "await-tests": {
    "gh-token": Scalar;
    "poll-seconds": Scalar;
    ref: Scalar;
    repository: Scalar;
    sha: Scalar;
    since: Scalar;
    tag: Scalar;
    "timeout-seconds": Scalar;
    workflows: Scalar;
  };
  "check-coverage": {
    "baseline-file": Scalar;
    "coverage-file": Scalar;
    format: Scalar;
    "max-drop": Scalar;
    minimum?: Scalar;
    output: Scalar;
    packages?: Scalar;
  };
  "check-needs": { needs: Scalar };
  "check-sizes": { limits: Scalar };
  "clean-run": {
    class: Scalar;
    clean: Scalar;
    commit: Scalar;
    "gh-token": Scalar;
    marker: Scalar;
    published: Scalar;
    staging: Scalar;
    tested: Scalar;
  };
  cleanup: { cleanup: Scalar; "dry-run": Scalar; "gh-token": Scalar; "keep-days": Scalar };
  "collect-diagnostics": { commands: Scalar; out: Scalar; paths: Scalar };
  comment: {
    "figures-file": Scalar;
    "gh-token": Scalar;
    marker: Scalar;
    "pr-number": Scalar;
    repository: Scalar;
    title: Scalar;
  };
  "confirm-image": { build: Scalar; consumer: Scalar; digest?: Scalar; pipeline?: Scalar };
  "container-logs": { name: Scalar; out: Scalar };
  "decide-version": {
    base: Scalar;
    branch: Scalar;
    class: Scalar;
    "pr-number"?: Scalar;
    "ref-name": Scalar;
    "run-number": Scalar;
    sha: Scalar;
  };
  "export-image": { class?: Scalar; group: Scalar; pipeline?: Scalar; to: Scalar };
  "export-sboms": { folder: Scalar; images: Scalar };
  "find-artifact": { artifact: Scalar; "gh-token": Scalar; repository: Scalar; which: Scalar };
  "find-changes": { base: Scalar; builds: Scalar; force: Scalar };
  "find-last-publication": {
    branch: Scalar;
    "gate-job": Scalar;
    "gh-token": Scalar;
    repository: Scalar;
    workflow: Scalar;
  };
  flakes: { flakes: Scalar; "gh-token": Scalar; output: Scalar; "previous-file": Scalar };
  "github-release": {
    checksums: Scalar;
    files: Scalar;
    folder: Scalar;
    "gh-token": Scalar;
    "notes-file"?: Scalar;
    prerelease: Scalar;
    sha: Scalar;
    tag: Scalar;
  };
  "image-summary": { commit: Scalar; digest: Scalar; image: Scalar; result: Scalar; source: Scalar; tag: Scalar };
  "judge-run": {
    class: Scalar;
    consumer?: Scalar;
    covered?: Scalar;
    needs: Scalar;
    passed?: Scalar;
    pipeline?: Scalar;
  };
  "load-image": {
    archive: Scalar;
    "expected-commit": Scalar;
    freshness: Scalar;
    image: Scalar;
    "local-tag": Scalar;
    optional?: Scalar;
    "run-url": Scalar;
    tag: Scalar;
  };
  "log-in": { optional?: Scalar; password: Scalar; pipeline?: Scalar; registry: Scalar; username: Scalar };
  metrics: {
    "alerts-file": Scalar;
    "baseline-file": Scalar;
    "flakes-folder"?: Scalar;
    "gh-token": Scalar;
    "history-file": Scalar;
    metrics: Scalar;
    output: Scalar;
    report: Scalar;
  };
  "name-base": { attempt: Scalar; run: Scalar };
  "name-place": { job: Scalar; prefix: Scalar; "run-attempt": Scalar; "run-id": Scalar };
  notify: {
    "alerts-file"?: Scalar;
    event?: Scalar;
    events?: Scalar;
    format: Scalar;
    needs?: Scalar;
    ref?: Scalar;
    repository?: Scalar;
    "run-url": Scalar;
    text: Scalar;
    tier?: Scalar;
    "webhook-url": Scalar;
    workflow?: Scalar;
  };
  "open-pull-request": {
    base: Scalar;
    body: Scalar;
    branch: Scalar;
    "gh-token": Scalar;
    pins: Scalar;
    title: Scalar;
    "workflow-token": Scalar;
  };
  "plan-build": { "gh-token"?: Scalar; nightly?: Scalar; pipeline?: Scalar };
  preflight: { needed: Scalar; "settings-url": Scalar };
  "prepare-build": { entry?: Scalar; group: Scalar; pipeline?: Scalar; plan: Scalar; version?: Scalar };
  promote: { "gh-token": Scalar; plan: Scalar; repository: Scalar; "source-tag"?: Scalar };
  "prune-caches": { caches: Scalar; "dry-run": Scalar; "gh-token": Scalar; "max-gigabytes": Scalar };
  "publish-image": { group: Scalar; images?: Scalar; pipeline?: Scalar; plan: Scalar };
  "publish-maven": {
    folder: Scalar;
    "portal-password": Scalar;
    "portal-username": Scalar;
    "signing-key": Scalar;
    "signing-password"?: Scalar;
    "timeout-seconds": Scalar;
    version: Scalar;
  };
  "publish-npm": {
    access: Scalar;
    "dist-tag": Scalar;
    folder: Scalar;
    provenance: Scalar;
    "registry-url"?: Scalar;
    trusted: Scalar;
    version: Scalar;
  };
  "pull-image": {
    attempts: Scalar;
    delay: Scalar;
    digest: Scalar;
    "expected-commit": Scalar;
    freshness: Scalar;
    image: Scalar;
    "keep-login"?: Scalar;
    "local-tag": Scalar;
    mirrors?: Scalar;
    tag: Scalar;
    trusted: Scalar;
  };
  "read-verdicts": { contexts: Scalar; "gh-token": Scalar; repository: Scalar; sha: Scalar; since: Scalar };
  "refuse-untested": { class: Scalar; published: Scalar };
  "release-notes": { "output-changelog": Scalar; "output-notes": Scalar; tag: Scalar; "tag-glob": Scalar };
  "report-status": {
    consumer: Scalar;
    consumers?: Scalar;
    "gh-token": Scalar;
    needs?: Scalar;
    pipeline?: Scalar;
    reason?: Scalar;
    sha?: Scalar;
    tag?: Scalar;
  };
  "resolve-image": { consumer: Scalar; "gh-token": Scalar; pipeline?: Scalar };
  "run-with-retries": {
    "attempt-timeout"?: Scalar;
    commands: Scalar;
    "retry-attempts"?: Scalar;
    "retry-delay"?: Scalar;
    "retry-growth"?: Scalar;
  };
  "sign-image": { "certificate-identity-regexp": Scalar; digest: Scalar; image: Scalar };
  "start-container": { args: Scalar; environment: Scalar; "local-tag": Scalar; name: Scalar; ports: Scalar };
  "still-newest": { branch: Scalar; "gh-token": Scalar; repository: Scalar; sha: Scalar };
  "wait-healthy": { container?: Scalar; interval: Scalar; timeout: Scalar; url: Scalar };
  "wait-until": { commands: Scalar; interval: Scalar; timeout: Scalar };
  "withdraw-tags": { "gh-token": Scalar; images: Scalar; withdraw: Scalar };
  "write-record": { images?: Scalar; needs?: Scalar; pipeline?: Scalar; plan: Scalar };
}

export type ProgramName = keyof ProgramInputs;
