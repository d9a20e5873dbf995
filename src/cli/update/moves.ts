/** Decides which pins move. */
import type { ActionPin } from "../../actions/catalogue.ts";
import type { VersionSource } from "./sources.ts";
import { isVersion, newerVersion } from "./version.ts";

/** A pin that is written in the config, or one of the catalogue's that would have to be overridden there. */
export interface CurrentPin extends ActionPin {
  action: string;
  isWritten: boolean;
}

export interface Move {
  action: string;
  from: ActionPin;
  to: ActionPin;
  isWritten: boolean;
}

export interface Decision {
  moves: Move[];
  /** What did not move although it may look as if it should: sentences. */
  notes: string[];
}

export async function decideMoves(
  pins: readonly CurrentPin[],
  source: VersionSource,
  options: { major: boolean },
): Promise<Decision> {
  const decisions = await Promise.all(pins.map((pin) => decide(pin, source, options)));
  return {
    moves: decisions.flatMap(({ move }) => move ?? []),
    notes: decisions.flatMap(({ note }) => note ?? []),
  };
}

async function decide(
  { action, isWritten, version, sha }: CurrentPin,
  source: VersionSource,
  options: { major: boolean },
): Promise<{ move?: Move; note?: string }> {
  if (action.startsWith(".") || action.startsWith("docker:")) return {};
  if (!isVersion(version)) return { note: `${action} stays at ${version}: that is no version that can be compared.` };
  const released = await source.versionsOf(action);
  if (released.length === 0) return { note: `${action} stays at ${version}: no versions of it are known.` };
  const newer = newerVersion(version, released, options);
  if (newer)
    return {
      move: {
        action,
        isWritten,
        from: { version, sha },
        to: { version: newer.tag, sha: await source.commitOf(action, newer) },
      },
    };
  const same = released.find(({ tag }) => tag === version);
  const commit = same && (await source.commitOf(action, same));
  // A version that was released once should stay what it was. Somebody has to look at it: it is not followed.
  if (commit !== undefined && commit !== sha) {
    return {
      note: `${action} stays at ${version}, but that tag now stands for another commit, ${commit}: find out why before you follow it.`,
    };
  }
  return {};
}
