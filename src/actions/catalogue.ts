/**
 * The actions that Pipewright knows: the newest version of each, the commit that it points to, and what it takes and
 * gives. The one place of the project where a pin is written; a user's config overrides it, `pipewright update` moves it.
 */
import { type Commented, withComment } from "../workflow/model.ts";
import data from "./catalogue.json" with { type: "json" };

/** What to run: a version for people, and the commit that it stood for when it was recorded. */
export interface ActionPin {
  version: string;
  sha: string;
}

export interface KnownAction extends ActionPin {
  /** When the version was released, as `YYYY-MM-DD`. */
  date: string;
  /** `node24`, `composite` or `docker`, as the action declares it. */
  runtime: string;
  /** Input names; the value holds any of `required`, `default`, `deprecated`. */
  inputs: Readonly<Record<string, string>>;
  outputs: readonly string[];
}

const catalogue: Readonly<Record<string, KnownAction>> = data;

export const knownAction = (name: string): KnownAction | undefined =>
  Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
export const knownActionNames = (): string[] => Object.keys(catalogue);

/** Pins of the config come first, then the catalogue's. */
export function pinOf(name: string, overrides: Readonly<Record<string, ActionPin>>): ActionPin | undefined {
  return Object.hasOwn(overrides, name) ? overrides[name] : knownAction(name);
}

/** `actions/checkout@<commit> # v7.0.1`. */
export const usesOf = (name: string, pin: ActionPin): Commented => withComment(`${name}@${pin.sha}`, pin.version);
