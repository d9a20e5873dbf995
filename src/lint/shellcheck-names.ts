/** What shellcheck finds is called `shellcheck/SC2086`; `shellcheck` stands for all of it. In configuration and comments both are names. */
export const isShellcheckName = (id: string): boolean => /^shellcheck(?:\/SC\d+)?$/.test(id);

/** Whether a name stands for a finding of this rule. */
export const standsFor = (id: string, rule: string): boolean =>
  id === rule || (id === "shellcheck" && isShellcheckName(rule));
