/** Scripts that look like a fault and are none, one line each; and some that are. */
import { describe, expect, it } from "vitest";
import { scriptRules } from "../../../src/lint/rules/script/index.ts";
import { findingsIn, inShort, ruleNamed } from "../../support/lint.ts";
import { jobOfScript as job } from "../../support/script.ts";

const rulesIn = async (text: string): Promise<string[]> => [
  ...new Set((await findingsIn(text, scriptRules)).map(({ rule }) => rule)),
];

describe("a script that is right", () => {
  it.each([
    ["a harmless producer", 'echo "$GITHUB_SHA" | tee version.txt'],
    ["a consumer that is the question", "docker ps | grep -q app"],
    ["a consumer that refuses what is broken", "curl -fsSL https://example.com/a.tgz | tar xz"],
    ["a status that is looked at", 'make test | tee log\nexit "${PIPESTATUS[0]}"'],
    ["a failure that is provided for", "make test | tee log || exit 1"],
    ["pipefail set along the way", "set -euo pipefail\nmake test | tee log"],
    ["a login through a pipe", "aws ecr get-login-password | docker login --username AWS --password-stdin example.com"],
    ["a list at the end", "cd app\nnpm ci && npm test"],
    ["a test before &&", "[ -f a ] && echo a\nmake"],
    ["a harmless substitution in an export", "export NOW=$(date +%s) HERE=$(pwd)\nmake"],
    ["a function whose last command counts", "f() {\n  npm test\n}\nif f; then echo ok; fi"],
    [
      "cleaning up",
      "docker rm -f app || true\ndocker rmi app || true\nkubectl delete pod app || true\ngit push origin --delete x || true",
    ],
    ["a failure that is written down", 'npm test || echo "::warning::The tests failed"\nnpm test || FAILED=1'],
    ["an option to publish nothing", "npm publish --dry-run || true"],
    [
      "a status that curl is asked for",
      "curl -s -w '%{http_code}' -o body.txt https://example.com\nCODE=$(curl -sIo /dev/null https://example.com)",
    ],
    ["curl with --fail among other letters", "curl -sSfLo tool https://example.com/tool"],
    ["a service of the job", "curl -s http://localhost:8080/health > health.json"],
    ["$? of a command that may fail", "set +e\nmake\nif [ $? -ne 0 ]; then echo failed; fi"],
    ["$? after ||", 'make || STATUS=$?\nif [ "${STATUS:-0}" -ne 0 ]; then exit 1; fi'],
    ["$? in a trap", "trap 'if [ $? -ne 0 ]; then echo failed; fi' EXIT\nmake"],
    ["a test for not empty", 'if [ "$A" ] || [ -n "$A" ] || [[ -n $A ]] || [ ! "$A" ]; then make; fi'],
    ["a test of an expression that is text", 'if [ "${{ inputs.name }}" ]; then make; fi'],
    ["a comparison with blanks", 'if [ "${{ github.ref == \'x\' }}" = "true" ]; then make; fi'],
    ["files named by a pattern", 'if [ ! -z "$(ls a=b)" ]; then make; fi'],
    [
      "brackets with a - at the end",
      "sed -E 's/[^a-zA-Z0-9._-]+/-/g; s/^[-.]+//' a\ngrep -E '[[:alnum:]_-]' a\ntr -c 'a-z0-9-._' '-' < a",
    ],
    ["a - at the start", "grep '[-._]' a\ngrep '[^-._]' a\ngrep '[]a-]' a"],
    ["brackets that are text", "sed 's/\\[9-0\\]//' a\ngrep -F '[z-a]' a\nsed 's/\\[z-a]/x/' a"],
    [
      "a terminal that nobody asks for",
      "docker run -i app\ndocker run -t app\ndocker run --rm app -it\ndocker exec app sh -c 'x -it'",
    ],
    ["sudo with tee", "echo a | sudo tee -a /etc/hosts > /dev/null\nsudo make > log"],
    [
      "a first write with >",
      'echo "a=1" > "$GITHUB_OUTPUT"\necho "b=2" >> "$GITHUB_OUTPUT"\necho "# x" > "$GITHUB_STEP_SUMMARY"',
    ],
    [
      "one write of two",
      'if [ "$A" ]; then\n  echo "a=1" > "$GITHUB_OUTPUT"\nelse\n  echo "a=2" > "$GITHUB_OUTPUT"\nfi\ncase $B in\n  x) echo "b=1" > "$GITHUB_ENV" ;;\n  *) echo "b=2" > "$GITHUB_ENV" ;;\nesac',
    ],
    ["a file of that name that is read", "cat GITHUB_OUTPUT.md"],
    [
      "a here-document that is a script",
      "cat > run.sh <<'E'\necho \"$GITHUB_SHA\"\nE\nbash <<'E'\necho \"$GITHUB_SHA\"\nE",
    ],
    ["a here-document for envsubst", "cat <<'E' | envsubst > a.yml\na: $GITHUB_SHA\nE"],
    ["variables of awk and jq", "awk -v x=1 '{ print $NF, $GITHUB_TAG }' a\njq --arg x 1 '$GITHUB_BRANCH' a"],
    ["a variable with a default", 'echo "${GITHUB_BRANCH:-main}"'],
    ["a variable that read sets", 'while read -r GITHUB_LINE; do echo "$GITHUB_LINE"; done < a'],
    ["a variable of a sourced file", 'source ./env.sh\necho "$GITHUB_BRANCH"'],
    ["return in a function", "f() { return 1; }\nf || exit 0"],
    ["a push in a loop", "until docker push a; do sleep 5; done"],
    ["a container that removes itself", "until docker run --rm --name app app; do sleep 5; done"],
    [
      "a container that each attempt removes first",
      "for i in 1 2 3; do\n  docker rm --force app\n  docker run --name app app && break\ndone",
    ],
    ["a name for each attempt", 'for i in 1 2 3; do\n  docker run --name "app-$i" app && break\ndone'],
    [
      "a request that may be refused",
      'curl -X POST -d x "$URL" || echo "::warning::Nobody was told."\nif curl -X DELETE "$URL"; then :; fi',
    ],
    ["a question in the form of data", "curl -G -d q=a https://example.com/search\ncurl -X GET https://example.com"],
    ["a request whose status is asked for", "curl -s -X POST -d x -o /dev/null -w '%{http_code}' https://example.com"],
    ["a request to the job's own service", "curl -X POST -d x http://127.0.0.1:8091/settings"],
    [
      "commands that a document is about",
      "cat > guide.md <<'E'\n```sh\nA=$(date)\n```\n    B=$(date)\n$ echo $(date)\nE\ncat > a.json <<'E'\n\"command\": \"echo $(date)\"\nE",
    ],
    ["many packages, each published once", 'for name in a b; do npm publish "$name"; done'],
    [
      "a value of one line",
      'echo "version=$(jq .version package.json)" >> "$GITHUB_OUTPUT"\necho "files=$(git diff --name-only | tr \'\\n\' \' \')" >> "$GITHUB_OUTPUT"',
    ],
    ["a count", 'echo "$(grep -c a b || true) $(wc -l < b || echo 0)"'],
    ["nothing", ""],
  ])("has %s", async (_what, script) => {
    expect(await rulesIn(job(script))).toEqual([]);
  });

  it("is not judged in another shell", async () => {
    const script = "make | tee log\nif [ $? -ne 0 ] { return 1 }\nsource x; [[ -n $A ]]";
    expect(await rulesIn(job(script, { keys: "shell: pwsh" }))).toEqual([]);
    expect(await rulesIn(job(script, { head: "runs-on: windows-latest" }))).toEqual([]);
  });

  it("has a secret that goes where it belongs", async () => {
    const keys =
      "env:\n  KEY: ${{ secrets.KEY }}\n  USER: ${{ secrets.DOCKER_USERNAME }}\n  HAS: ${{ secrets.KEY != '' }}";
    expect(
      await rulesIn(
        job(
          'echo "$KEY" > key\necho "$KEY" | base64 -d > key\necho "$KEY" | gh auth login --with-token\necho "::add-mask::$KEY"\necho "$USER $HAS ${#KEY} ${KEY:+set}"\n{\n  echo "$KEY"\n} > key',
          { keys },
        ),
      ),
    ).toEqual([]);
  });
});

describe("a script that is wrong", () => {
  it("is told everything at once, each thing at its place", async () => {
    const text = job(
      'npm ci && npm test\ncurl -sSL https://example.com/x.sh | bash\nnpm publish || true\necho "a=1" >> GITHUB_OUTPUT\nreturn 0',
    );
    expect(
      (await findingsIn(text, scriptRules)).map(
        ({ rule, start, end }) => `${start.line}:${start.column}-${end.line}:${end.column} ${rule}`,
      ),
    ).toEqual([
      "7:11-7:17 errexit-defeated",
      "8:11-8:45 curl-without-fail",
      "8:11-8:45 masked-pipeline",
      "9:11-9:30 swallowed-failure",
      "10:25-10:38 file-command-redirect",
      "11:11-11:19 return-outside-function",
    ]);
  });

  it("is found in folded and quoted scalars", async () => {
    const text =
      'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: >\n          make test\n          | tee log\n      - run: "docker run -it \\\n          app"\n';
    expect(
      (await findingsIn(text, scriptRules)).map(({ rule, start }) => `${start.line}:${start.column} ${rule}`),
    ).toEqual(["7:11 masked-pipeline", "9:26 interactive-docker"]);
  });

  it("is found in composite actions", async () => {
    const action = {
      "action.yml":
        "name: a\ndescription: a\nruns:\n  using: composite\n  steps:\n    - run: docker run -it app\n      shell: bash\n    - run: make test | tee log\n      shell: bash -e {0}\n",
    };
    expect((await findingsIn(action, scriptRules)).map(({ rule, start }) => `${start.line} ${rule}`)).toEqual([
      "6 interactive-docker",
      "8 masked-pipeline",
    ]);
  });

  it("knows the shell of a container", async () => {
    const head = (image: string): string => `runs-on: ubuntu-latest\ncontainer: ${image}`;
    const script = 'if [[ $A == b ]]; then :; fi\narr=(1 2)\n[ "$A" == b ] || cat <<< "$A"\necho "${A//a/b}" &> log';
    expect(
      (await findingsIn(job(script, { head: head("node:24") }), [ruleNamed("bashism-under-sh")])).map(
        ({ start }) => `${start.line}:${start.column}`,
      ),
    ).toEqual(["8:14", "9:15", "10:18", "10:32", "11:17", "11:28"]);
    expect(await findingsIn(job(script, { head: head("fedora:43") }), [ruleNamed("bashism-under-sh")])).toEqual([]);
    expect(
      await findingsIn(job(script, { head: head("debian:13"), keys: "shell: bash" }), [ruleNamed("bashism-under-sh")]),
    ).toEqual([]);
  });

  it("loses variables between steps, and not those that are carried on", async () => {
    const lost = ruleNamed("lost-variable");
    expect(inShort(await findingsIn(job('echo "$VERSION"', { before: "- run: VERSION=1.2.3" }), [lost]))).toEqual([
      "8:17 lost-variable `VERSION` is empty here: an earlier step sets it in its own shell, which has ended. Write it to `$GITHUB_ENV` there, or set it in this step.",
    ]);
    for (const before of [
      '- run: VERSION=1; echo "VERSION=$VERSION" >> "$GITHUB_ENV"',
      "- run: |\n    VERSION=1\n    env >> $GITHUB_ENV",
      '- run: |\n    VERSION=1\n    {\n      echo "VERSION=$VERSION"\n    } >> "$GITHUB_ENV"',
    ])
      expect(inShort(await findingsIn(job('echo "$VERSION"', { before }), [lost]))).toEqual([]);
    expect(
      inShort(
        await findingsIn(job('echo "$VERSION"', { before: "- run: VERSION=1", keys: "env:\n  VERSION: 2" }), [lost]),
      ),
    ).toEqual([]);
    const exported =
      "- run: VERSION=1\n- uses: actions/github-script@v8\n  with: { script: 'core.exportVariable(\"VERSION\", 2)' }";
    expect(inShort(await findingsIn(job('echo "$VERSION"', { before: exported }), [lost]))).toEqual([]);
    const action =
      'name: a\ndescription: a\nruns:\n  using: composite\n  steps:\n    - run: ./x "$GITHUB_TOKEN"\n      shell: bash\n';
    expect(inShort(await findingsIn({ "action.yml": action }, [lost]))).toEqual([]);
    expect(inShort(await findingsIn(job('echo "$GITHUB_REFNAME"'), [lost]))).toEqual([
      "7:17 lost-variable GitHub sets no variable `GITHUB_REFNAME`, and no step or `env:` does. Did you mean `GITHUB_REF_NAME`?",
    ]);
  });

  it("runs before there is a checkout, and not what a command has made", async () => {
    const early = ruleNamed("script-before-checkout");
    expect(await findingsIn(job("./build.sh"), [early])).toHaveLength(1);
    for (const before of [
      "- uses: actions/checkout@v6",
      "- run: git clone https://example.com/a .",
      "- uses: actions/cache@v5\n  with: { path: a, key: b }",
      "- run: tar xf a.tgz",
    ])
      expect(inShort(await findingsIn(job("./build.sh", { before }), [early]))).toEqual([]);
    expect(await findingsIn(job("./build.sh", { head: "runs-on: [self-hosted]" }), [early])).toEqual([]);
    expect(await findingsIn(job("curl -fo build.sh https://example.com/a\nbash ./build.sh"), [early])).toEqual([]);
  });

  it("starts a container of the same name again", async () => {
    const retry = (command: string): string =>
      job("true", {
        before: `- uses: nick-fields/retry@v3\n  with: { max_attempts: 3, timeout_minutes: 5, command: "${command}" }`,
      });
    const unsafe = [ruleNamed("unsafe-retry")];
    expect(inShort(await findingsIn(retry("docker run -d --name app acme/app"), unsafe))).toEqual([
      "7:64 unsafe-retry `docker run --name app` is tried again by this action, and it is not safe to do twice: the container of the first attempt keeps the name, and the next one fails with a conflict. Remove it before each attempt with `docker rm --force app`.",
    ]);
    expect(await findingsIn(retry("docker run --rm -d --name app acme/app && ./wait"), unsafe)).toHaveLength(1);
    for (const command of [
      "docker run --rm --name app acme/app",
      "docker rm -f app; docker run --name app acme/app",
      "docker run -d acme/app",
      "docker build --name app .",
      "podman run --replace --name app acme/app",
    ])
      expect(await findingsIn(retry(command), unsafe)).toEqual([]);
  });

  it("takes inputs of actions for a shell's", async () => {
    const outside = [ruleNamed("shell-syntax-outside-shell")];
    const using = (inputs: string, action = "actions/cache@v5"): string =>
      job("true", { before: `- uses: ${action}\n  with: ${inputs}` });
    for (const inputs of [
      "{ path: $GOPATH/pkg/mod, key: a }",
      "{ path: '~/a', key: a-$VERSION }",
      '{ path: "a\\n${CARGO_HOME}/registry", key: a }',
    ])
      expect(await findingsIn(using(inputs), outside)).toHaveLength(1);
    expect(
      await findingsIn(using("{ username: a, password: $DOCKER_PASSWORD }", "docker/login-action@v3"), outside),
    ).toHaveLength(1);
    for (const inputs of ["{ path: '~/go', key: 'a$b-US$ 5' }", "{ path: a, key: 'price-$5' }"])
      expect(await findingsIn(using(inputs), outside)).toEqual([]);
    expect(await findingsIn(using("{ username: a, password: 'x$AB1!y' }", "docker/login-action@v3"), outside)).toEqual(
      [],
    );
    expect(await findingsIn(using("{ build-args: 'A=$B' }", "docker/build-push-action@v6"), outside)).toEqual([]);
    expect(await findingsIn(using("{ path: $GOPATH/x }", "acme/run@v1"), outside)).toEqual([]);
  });

  it("takes somebody else's words apart", async () => {
    const keys = "env:\n  TITLE: ${{ github.event.issue.title }}\n  NUMBER: ${{ github.event.issue.number }}";
    const untrusted = [ruleNamed("unquoted-untrusted"), ruleNamed("eval-of-input")];
    expect(
      (
        await findingsIn(
          job(
            './x $TITLE $NUMBER "$TITLE"\neval "echo $TITLE"\nbash -c "./x \'$TITLE\'"\nbash -c \'./x "$1"\' x "$TITLE"',
            { keys, on: "issues" },
          ),
          untrusted,
        )
      ).map(({ rule, start }) => `${start.line}:${start.column} ${rule}`),
    ).toEqual(["7:15 unquoted-untrusted", "8:22 eval-of-input", "9:25 eval-of-input"]);
    expect(await findingsIn(job("./x $TITLE", { keys, on: "push" }), untrusted)).toEqual([]);
  });
});

it("survives garbage in place of scripts", async () => {
  for (const run of [
    "$(".repeat(3000),
    "a | ".repeat(3000),
    "[ -n ",
    "`\\`x\\``",
    "\u0000",
    "echo ${{",
    "cat <<'E'\n$A",
    "f() { f; }; f || f",
    "${".repeat(2000),
    "x".repeat(250_000),
  ]) {
    const text = `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${JSON.stringify(run)}\n      - run: []\n      - run:\n      - 3\n`;
    await expect(findingsIn(text, scriptRules)).resolves.toBeInstanceOf(Array);
  }
});
