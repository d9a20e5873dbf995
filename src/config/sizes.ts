/** Sizes as people write them: decimal, as registries and runners count (1 MB = 1,000,000 bytes). */
const BYTES_IN = { KB: 1e3, MB: 1e6, GB: 1e9 } as const;
const SIZE_PATTERN = /^(\d+(?:\.\d+)?)\s?(KB|MB|GB)$/;

/** The size in bytes. Throws on a string that the schema would have refused. */
export function inBytes(size: string): number {
  const match = SIZE_PATTERN.exec(size);
  if (!match) throw new Error(`Not a size: ${size}`);
  return Math.round(Number(match[1]) * BYTES_IN[match[2] as keyof typeof BYTES_IN]);
}
