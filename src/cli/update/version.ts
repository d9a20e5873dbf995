/** A released version of an action: a tag, and the commit that it stands for. */
export interface ReleasedVersion {
  tag: string;
  sha: string;
}

type Parts = readonly [major: number, minor: number, patch: number];

/** `v4`, `v4.1`, `4.1.2`; nothing for prereleases, branches and other names. */
function partsOf(tag: string): Parts | undefined {
  const match = /^v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?$/.exec(tag);
  return match ? [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)] : undefined;
}

const isExact = (tag: string): boolean => /^v?\d+\.\d+\.\d+$/.test(tag);

/** Below zero when `a` is the older one. */
function compare([...a]: Parts, [...b]: Parts): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/**
 * The newest stable version, of the same major version unless another is asked for; nothing when the current one is
 * no version, or nothing newer than it is there. Tags that move (`v4`) count only where no exact ones (`v4.1.2`) exist.
 */
export function newerVersion(
  current: string,
  released: readonly ReleasedVersion[],
  { major }: { major: boolean },
): ReleasedVersion | undefined {
  const from = partsOf(current);
  if (!from) return undefined;
  const exact = released.filter(({ tag }) => isExact(tag));
  let best: { version: ReleasedVersion; parts: Parts } | undefined;
  for (const version of exact.length > 0 ? exact : released) {
    const parts = partsOf(version.tag);
    if (!parts || (!major && parts[0] !== from[0])) continue;
    if (compare(parts, best?.parts ?? from) > 0) best = { version, parts };
  }
  return best?.version;
}

export const isVersion = (tag: string): boolean => partsOf(tag) !== undefined;
