// Versions as tags name them (Semantic Versioning 2.0.0). Pure.

const VERSION = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** `{ numbers, prerelease }` of a tag that begins with the prefix, such as "v"; undefined where it names no version. */
export function versionOf(tag, prefix) {
  const match = tag.startsWith(prefix) ? VERSION.exec(tag.slice(prefix.length)) : null;
  return match ? { numbers: match.slice(1, 4).map(Number), prerelease: match[4]?.split(".") ?? [] } : undefined;
}

/** Below zero when `a` comes before `b`: by numbers, then a prerelease before its release, then part by part. */
export function compareVersions(a, b) {
  for (let index = 0; index < 3; index += 1)
    if (a.numbers[index] !== b.numbers[index]) return a.numbers[index] - b.numbers[index];
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (let index = 0; index < Math.min(a.prerelease.length, b.prerelease.length); index += 1) {
    const order = compareParts(a.prerelease[index], b.prerelease[index]);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}

function compareParts(a, b) {
  const [isA, isB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isA && isB) return Number(a) - Number(b);
  if (isA !== isB) return isA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
