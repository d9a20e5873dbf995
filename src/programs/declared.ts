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
  "check-image-size": { digest: Scalar; image: Scalar; "max-bytes": Scalar };
  "check-needs": { needs: Scalar };
  "check-sizes": { limits: Scalar };
  "choose-platforms": { class: Scalar; platforms: Scalar };
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
  "confirm-image": { attempts: Scalar; delay: Scalar; digest: Scalar; image: Scalar; optional?: Scalar };
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
  "export-sboms": { folder: Scalar; images: Scalar };
  "find-artifact": { artifact: Scalar; "gh-token": Scalar; repository: Scalar; which: Scalar };
  "find-changes": { base: Scalar; builds: Scalar; force: Scalar };
  "find-image": {
    "any-revision"?: Scalar;
    candidates: Scalar;
    commit: Scalar;
    entry: Scalar;
    image: Scalar;
    "platforms-needed": Scalar;
    recipe: Scalar;
    staging: Scalar;
  };
  "find-last-publication": {
    branch: Scalar;
    "gate-job": Scalar;
    "gh-token": Scalar;
    repository: Scalar;
    workflow: Scalar;
  };
  "find-unchanged": {
    branch: Scalar;
    class: Scalar;
    history: Scalar;
    image: Scalar;
    inputs: Scalar;
    "platforms-needed": Scalar;
    "pr-number": Scalar;
    recipe: Scalar;
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
  "judge-push": { class: Scalar; fallback: Scalar; outcomes: Scalar };
  "judge-tests": { passed?: Scalar; planned: Scalar; result: Scalar; soft?: Scalar };
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
  "plan-build": {
    "event-name": Scalar;
    "head-ref": Scalar;
    "head-repository": Scalar;
    "head-sha": Scalar;
    "manual-tag": Scalar;
    "pr-number": Scalar;
    "pull-requests"?: Scalar;
    "ref-name": Scalar;
    repository: Scalar;
    "run-id": Scalar;
  };
  "plan-release": { "ref-name": Scalar; sha: Scalar };
  "post-status": {
    context: Scalar;
    description: Scalar;
    "gh-token": Scalar;
    repository: Scalar;
    sha: Scalar;
    state: Scalar;
    "target-url": Scalar;
  };
  preflight: { needed: Scalar; "settings-url": Scalar };
  promote: { "gh-token": Scalar; plan: Scalar; repository: Scalar; "source-tag"?: Scalar };
  "prune-caches": { caches: Scalar; "dry-run": Scalar; "gh-token": Scalar; "max-gigabytes": Scalar };
  "publish-image": {
    commit: Scalar;
    copies?: Scalar;
    "copy-to"?: Scalar;
    digest?: Scalar;
    entries?: Scalar;
    image: Scalar;
    mirrors?: Scalar;
    "source-commit"?: Scalar;
    staging?: Scalar;
    tags: Scalar;
  };
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
    "build-conclusion": Scalar;
    context: Scalar;
    "gh-token": Scalar;
    needs: Scalar;
    reason: Scalar;
    repository: Scalar;
    sha: Scalar;
    "target-url": Scalar;
  };
  "resolve-image": {
    builds: Scalar;
    events: Scalar;
    "event-name": Scalar;
    forks?: Scalar;
    "gh-token": Scalar;
    "head-branch"?: Scalar;
    "head-repository"?: Scalar;
    "head-sha"?: Scalar;
    "manual-commit": Scalar;
    "manual-tag": Scalar;
    "pull-requests"?: Scalar;
    "record-file"?: Scalar;
    repository: Scalar;
    "run-conclusion"?: Scalar;
    "run-created-at"?: Scalar;
    "run-event"?: Scalar;
    "run-id"?: Scalar;
  };
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
  "write-record": { builds: Scalar; class: Scalar; commit: Scalar; needs: Scalar; tag: Scalar };
}

export type ProgramName = keyof ProgramInputs;
