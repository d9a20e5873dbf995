/** GitHub's own runners by label (runner-images' table of available images and its announcements, November 2026). */

export type System = "linux" | "macos" | "windows";

export const HOSTED_LABELS: readonly string[] = [
  "ubuntu-latest",
  "ubuntu-slim",
  "ubuntu-22.04",
  "ubuntu-22.04-arm",
  "ubuntu-24.04",
  "ubuntu-24.04-arm",
  "ubuntu-26.04",
  "ubuntu-26.04-arm",
  "ubuntu-latest-4-cores",
  "ubuntu-latest-8-cores",
  "ubuntu-latest-16-cores",
  "windows-latest",
  "windows-latest-8-cores",
  "windows-2022",
  "windows-2025",
  "windows-2025-vs2026",
  "windows-11-arm",
  "windows-11-vs2026-arm",
  "macos-latest",
  "macos-latest-large",
  "macos-latest-xlarge",
  "macos-15",
  "macos-15-intel",
  "macos-15-large",
  "macos-15-xlarge",
  "macos-26",
  "macos-26-intel",
  "macos-26-large",
  "macos-26-xlarge",
  "xcode-27",
  "xcode-27-xlarge",
];

/** Images that are gone, and when they went. */
const RETIRED: readonly (readonly [RegExp, string, string])[] = [
  [/^ubuntu-16\.04$/, "September 2021", "ubuntu-24.04"],
  [/^ubuntu-18\.04$/, "April 2023", "ubuntu-24.04"],
  [/^ubuntu-20\.04$/, "April 2025", "ubuntu-24.04"],
  [/^macos-10\.15$/, "December 2022", "macos-15"],
  [/^macos-11(?:\.0)?$/, "June 2024", "macos-15"],
  [/^macos-12(?:\.0)?(?:-(?:xl|large|xlarge))?$/, "December 2024", "macos-15"],
  [/^macos-13(?:\.0)?(?:-(?:xl|large|xlarge))?$/, "December 2025", "macos-15"],
  [/^macos-14(?:\.0)?(?:-(?:large|xlarge))?$/, "November 2026", "macos-15"],
  [/^windows-2016$/, "March 2022", "windows-2022"],
  [/^windows-2019$/, "June 2025", "windows-2022"],
];

const HOSTED = new Set(HOSTED_LABELS);

/** Labels are compared without case. */
export const isHosted = (label: string): boolean => HOSTED.has(label.toLowerCase());

export function retirementOf(label: string): { when: string; instead: string } | undefined {
  const lower = label.toLowerCase();
  if (!/^(?:ubuntu|macos|windows)-/.test(lower)) return undefined;
  const found = RETIRED.find(([pattern]) => pattern.test(lower));
  return found && { when: found[1], instead: found[2] };
}

/** The labels that every self-hosted runner has of its own. */
export const SELF_HOSTED_LABELS: readonly string[] = [
  "self-hosted",
  "linux",
  "macos",
  "windows",
  "x64",
  "arm",
  "arm64",
];

/** The system of a runner with this label, where GitHub says so. */
export function systemOf(label: string): System | undefined {
  const lower = label.toLowerCase();
  if (lower === "linux" || ((isHosted(lower) || retirementOf(lower)) && lower.startsWith("ubuntu-"))) return "linux";
  if (lower === "windows" || ((isHosted(lower) || retirementOf(lower)) && lower.startsWith("windows-")))
    return "windows";
  if (lower === "macos" || ((isHosted(lower) || retirementOf(lower)) && /^(?:macos|xcode)-/.test(lower)))
    return "macos";
  return undefined;
}
