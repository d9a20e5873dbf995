// Where the files of a release lie on the runner, for the steps that make them and the one that publishes them.
import { environment } from "./environment.mjs";

/** What is published with the release. */
export const releaseFolder = () => `${environment.RUNNER_TEMP}/release`;

/** The release's own text. */
export const notesFile = () => `${environment.RUNNER_TEMP}/notes.md`;

/** A changelog is one of the release's files; a tag may hold a slash, and a file's name none. */
export const changelogFile = (tag) => `${releaseFolder()}/CHANGELOG-${tag.replaceAll("/", "-")}.md`;
