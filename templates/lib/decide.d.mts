/** Types of decide.mjs, for the tests. */
export interface Version {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly time: number;
}
export interface Manifest {
  readonly isIndex: boolean;
  readonly children: readonly string[];
  readonly subject?: string | undefined;
}
export interface Settings {
  readonly classes: readonly {
    readonly class: string;
    readonly tags: readonly string[];
    readonly hours: number | null;
    readonly keepNewest?: number | undefined;
    readonly keepAlways?: readonly string[] | undefined;
  }[];
  readonly keepForever: readonly string[];
  readonly minimumAgeHours: number;
  readonly maxDeletions: number;
  readonly graceHours?: number;
}
export interface Policy {
  readonly minimumAgeHours: number;
  readonly maxDeletions: number;
  readonly graceHours: number;
}
export interface Decision {
  readonly version: Version;
  readonly action: "delete" | "keep";
  readonly reason: string;
  readonly after: readonly string[];
}
export function classOf(tag: string, policy: Policy): { readonly name: string } | undefined;
export function isProtected(tag: string, policy: Policy): boolean;
export function settingsOf(plan: {
  readonly retention: (Omit<Settings, "keepForever"> & { readonly protect: readonly string[] }) | null;
  readonly packages: { readonly released: readonly string[] } | null;
}): Settings;
export function keptForDays(settings: Settings, days: number): Settings;
export function readPolicy(settings: Settings): Policy;
export function decide(
  versions: readonly Version[],
  manifests: ReadonlyMap<string, Manifest | null>,
  policy: Policy,
  now: number,
  inUse: { readonly active: boolean; readonly commits: readonly string[]; readonly pinned?: ReadonlySet<string> },
  tagTimes?: ReadonlyMap<string, number>,
): Decision[];
