import type { ImageReference } from "../../../model/model.ts";
import { writtenName } from "../../../model/github-values.ts";
import { imagesOf, pipelineOf } from "../../../model/pipeline.ts";
import { placeOfImage } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

export const uppercaseImageName = repositoryRule({
  id: "uppercase-image-name",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "An image's name is lower case.",
  why: "Docker refuses a name with capitals (`repository name must be lowercase`), and `github.repository` and `github.repository_owner` keep those of the account and the repository.",
  bad: [
    {
      ".github/workflows/build.yml": `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t ghcr.io/Octo/app:latest .
`,
      ".github/workflows/test.yml": `on: schedule
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: docker run --rm ghcr.io/octo/app:latest test
`,
    },
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/\${{ github.repository_owner }}/app:\${{ github.sha }}
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/metadata-action@v5
        id: meta
        with:
          images: ghcr.io/\${{ github.repository_owner }}/app
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: \${{ steps.meta.outputs.tags }}
      - run: docker build -t "ghcr.io/\${GITHUB_REPOSITORY,,}:test" .
      - run: docker pull ghcr.io/octo/app:RC-1
`,
  repository({ repository, report }) {
    const told = new Set<string>();
    for (const effect of pipelineOf(repository).effects) {
      if (effect.happens === false || (effect.kind === "take" && effect.how === "from")) continue;
      for (const image of imagesOf(effect)) {
        const { document, at } = placeOfImage(effect, image);
        const place = `${document.file.path}:${at.start}`;
        if (told.has(place)) continue;
        const capital = capitalIn(image);
        if (capital !== undefined)
          inScript(report, effect)(
            document,
            at,
            `\`${readable(image.name)}\` has capitals (\`${capital}\`), which Docker refuses in an image's name. Write it in lower case.`,
          );
        const name = mayHaveCapitals(image);
        if (name !== undefined)
          inScript(report, effect)(
            document,
            at,
            `\`${readable(image.name)}\` is no valid image name if the owner or the repository has capitals in its name: \`${name}\` keeps them. Lower-case it (\`\${GITHUB_REPOSITORY,,}\` in bash) or let docker/metadata-action make the tags.`,
            { level: "info" },
          );
        if (capital !== undefined || name !== undefined) told.add(place);
      }
    }
  },
});

/** A capital after the registry's host; `docker tag Local x` is caught as well. */
function capitalIn({ name }: ImageReference): string | undefined {
  for (const [index, part] of name.entries()) {
    if (part.kind !== "text") continue;
    const slash = index === 0 ? part.text.indexOf("/") : -1;
    const host = slash === -1 ? "" : part.text.slice(0, slash);
    const path = /[.:]/.test(host) ? part.text.slice(slash) : part.text;
    // What is no name at all is another mistake.
    if (!/^[\w./:-]*$/.test(path)) return undefined;
    const word = /[^/]*[A-Z][^/]*/.exec(path)?.[0];
    if (word !== undefined) return word;
  }
  return undefined;
}

function mayHaveCapitals({ name }: ImageReference): string | undefined {
  for (const part of name) {
    if (part.kind !== "symbol" || part.cleaned === true) continue;
    const written = writtenName(part.name);
    if (
      /^github\.(?:repository|repository_owner|actor|event\.repository\.(?:name|full_name|owner\.login))$/.test(written)
    )
      return written;
  }
  return undefined;
}
