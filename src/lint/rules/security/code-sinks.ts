/** Scalars that a program reads as code, so that a `${{ }}` in them becomes part of the program. */
import type { Document, Step } from "../../../workflow/document/document.ts";
import { stepsOf } from "../../../workflow/document/document.ts";
import { type ExpressionSite, expressionsOf } from "../../../workflow/document/expression-sites.ts";
import { type ScalarNode, scalarOf } from "../../../workflow/yaml/node.ts";

export type CodeLanguage = "bash" | "sh" | "pwsh" | "cmd" | "python" | "javascript" | "other";

export interface CodeSink {
  step: Step;
  node: ScalarNode;
  language: CodeLanguage;
  /** `this script`, or the input's name. */
  what: string;
  expressions: readonly ExpressionSite[];
}

/** Inputs of actions that are run as code, by the actions' own documentation. */
const CODE_INPUTS: Readonly<Record<string, Readonly<Record<string, CodeLanguage>>>> = {
  "actions/github-script": { script: "javascript" },
  "addnab/docker-run-action": { run: "other", options: "other" },
  "amadevus/pwsh-script": { script: "other" },
  "appleboy/ssh-action": { script: "other" },
  "azure/cli": { inlinescript: "other" },
  "azure/powershell": { inlinescript: "other" },
  "cardinalby/js-eval-action": { expression: "other" },
  "cross-platform-actions/action": { run: "other" },
  "cypress-io/github-action": { build: "other", start: "other", command: "other", "install-command": "other" },
  "devcontainers/ci": { runcmd: "other" },
  "jannekem/run-python-script-action": { script: "other" },
  "nick-fields/retry": { command: "other", on_retry_command: "other" },
  "nick-invision/retry": { command: "other", on_retry_command: "other" },
  "reactivecircus/android-emulator-runner": { script: "other", "pre-emulator-launch-script": "other" },
  "satackey/action-js-inline": { script: "other" },
  "sergeysova/jq-action": { cmd: "other" },
  "uraimo/run-on-arch-action": { run: "other", setup: "other", install: "other" },
  "vmactions/freebsd-vm": { run: "other", prepare: "other" },
  "vmactions/netbsd-vm": { run: "other", prepare: "other" },
  "vmactions/openbsd-vm": { run: "other", prepare: "other" },
  "vmactions/solaris-vm": { run: "other", prepare: "other" },
  "wandalen/wretry.action": { command: "other" },
  "workflow/nix-shell-action": { script: "other" },
  "mikefarah/yq": { cmd: "other" },
};

const known = new WeakMap<Document, CodeSink[]>();

/** Those that hold an expression. */
export function codeSinksOf(document: Document): CodeSink[] {
  let sinks = known.get(document);
  if (!sinks) {
    sinks = collect(document);
    known.set(document, sinks);
  }
  return sinks;
}

function collect(document: Document): CodeSink[] {
  const sites = new Map<ScalarNode, ExpressionSite[]>();
  for (const site of expressionsOf(document)) {
    if (!site.step) continue;
    const together = sites.get(site.node);
    if (together) together.push(site);
    else sites.set(site.node, [site]);
  }
  if (sites.size === 0) return [];
  const sinks: CodeSink[] = [];
  const add = (step: Step, node: ScalarNode | undefined, language: CodeLanguage, what: string): void => {
    const expressions = node && sites.get(node);
    if (node && expressions) sinks.push({ step, node, language, what, expressions });
  };
  for (const step of stepsOf(document)) {
    add(step, step.run, shellOf(step), "this script");
    if (step.uses?.kind !== "repository" || !Object.hasOwn(CODE_INPUTS, step.uses.repository)) continue;
    const named = CODE_INPUTS[step.uses.repository] ?? {};
    for (const { key, value } of step.with.values()) {
      const name = key.value.toLowerCase();
      const language = Object.hasOwn(named, name) ? named[name] : undefined;
      if (language) add(step, scalarOf(value), language, `the code in \`${key.value}\``);
    }
  }
  return sinks;
}

/** The program that reads a step's script, as far as the file says it. */
export function shellOf(step: Step): CodeLanguage {
  const job = step.owner.kind === "job" ? step.owner : undefined;
  const written = (step.shell ?? job?.defaults?.shell ?? job?.workflow.defaults?.shell)?.value.trim().split(/\s+/)[0];
  if (written === undefined) {
    const labels = scalarOf(job?.runsOn?.value)?.value ?? "";
    return /windows/i.test(labels) ? "pwsh" : labels.includes("${{") ? "other" : "bash";
  }
  if (written === "bash" || written === "sh" || written === "pwsh" || written === "cmd" || written === "python")
    return written;
  return written === "powershell" ? "pwsh" : "other";
}
