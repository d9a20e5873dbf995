/** An error is what breaks a run: for each such rule, scripts that look the same and work. */
import { describe, expect, it } from "vitest";
import { findingsIn, inShort, ruleNamed } from "../../support/lint.ts";
import { jobOfScript as job } from "../../support/script.ts";

const CHECKOUT = { before: "- uses: actions/checkout@v6" };
const WITHOUT_CREDENTIALS = { before: "- uses: actions/checkout@v6\n  with: { persist-credentials: false }" };
const TITLE = { on: "issues", keys: "env:\n  TITLE: ${{ github.event.issue.title }}" };
const container = (image: string): { head: string } => ({ head: `runs-on: ubuntu-latest\ncontainer: ${image}` });
const BASHISM = "if [[ $A == b ]]; then :; fi\nsource x";

const NEAR_MISSES: Readonly<Record<string, readonly (readonly [what: string, workflow: string])[]>> = {
  "bashism-under-sh": [
    ["a Java image of Oracle's Linux", job(BASHISM, container("openjdk:17"))],
    ["images of Amazon's Linux", job(BASHISM, container("maven:3-amazoncorretto-21"))],
    ["a tag of another base", job(BASHISM, container("gradle:8-jdk21-ubi"))],
    ["Alpine's shell", job(BASHISM, container("python:3.14-alpine"))],
    ["somebody's own image", job(BASHISM, container("ghcr.io/acme/ci:1"))],
    ["an image that an expression names", job(BASHISM, container("${{ matrix.image }}"))],
    [
      "a script for bash inside",
      job(
        "bash <<'EOF'\nif [[ -n $A ]]; then b=(1 2); fi\nEOF\nbash -c '[[ $A ]]'\necho '[[ x ]]' \"source a\"",
        container("debian:13"),
      ),
    ],
    [
      "what dash knows",
      job(
        'f() { local y=1; echo "$y"; }\nf\necho "${A:-b}" "${A%.*}" "${A#*/}" "$((1 + 1))"\n[ "$A" = b ] && . ./x',
        container("debian:13"),
      ),
    ],
    ["a recent dash", job("set -o pipefail", container("debian:13"))],
  ],
  "commit-without-identity": [
    ["a task that may set git up", job("just setup\ngit commit -am x", CHECKOUT)],
    ["a script that may", job("./ci/prepare\ngit commit -am x", CHECKOUT)],
    ["a sourced file", job(". scripts/git.sh\ngit commit -am x", CHECKOUT)],
    ["an address in the environment", job("export EMAIL=a@example.com\ngit commit -am x", CHECKOUT)],
    [
      "git's newer spelling",
      job("git config set user.name a\ngit config set user.email a@example.com\ngit commit -am x", CHECKOUT),
    ],
    ["a file of settings", job("cat >> ~/.config/git/config < ci/git\ngit commit -am x", CHECKOUT)],
    ["an included file", job('git config --global include.path "$PWD/.ci/git"\ngit commit -am x', CHECKOUT)],
    [
      "an action that may",
      job("git commit -am x", { before: "- uses: actions/checkout@v6\n- uses: crazy-max/ghaction-import-gpg@v6" }),
    ],
    ["no commit", job("git commit --help\ngit log --grep commit\ngit commit -am x || true", CHECKOUT)],
  ],
  "constant-test": [
    ["a function called test", job('test() { ./check "$1"; }\ntest a=b', CHECKOUT)],
    ["numbers and lists of conditions", job('[ $# -gt 0 ] || true\nif [ "$A" = b -a "$C" != d ]; then :; fi')],
    [
      "variables that may be empty",
      job('[ -n "${A:-}" ] || exit 0\n[[ -n ${A} && -n "$(git status --porcelain)" ]] || exit 0'),
    ],
    [
      "an expression that may be empty",
      job(
        "if [ \"${{ inputs.dry && '--dry-run' || '' }}\" ]; then :; fi\nif [ \"${{ github.event_name == 'push' && inputs.x }}\" ]; then :; fi",
      ),
    ],
    [
      "a sign inside of quotes",
      job(
        '[ -e a=b.txt ] || [ "$(grep -c a=b file)" ] || true\n[[ $(cat x) =~ ^a=b$ ]] || [[ "$A" == *"=x"* ]] || true',
      ),
    ],
    ["an option", job('if [ "$A" = --flag=x ]; then :; fi\ntest "$(./x --a=b)" || true', CHECKOUT)],
  ],
  "eval-of-input": [
    [
      "what `printf %q` has quoted",
      job('Q=$(printf %q "$TITLE")\neval "echo $Q"\nprintf -v R %q "$TITLE"\neval "echo $R"', TITLE),
    ],
    ["`@Q`", job('eval "echo ${TITLE@Q}"', TITLE)],
    [
      "arguments and variables of the inner shell",
      job('bash -c \'echo "$1"\' _ "$TITLE"\nbash -c \'echo "$TITLE"\'', TITLE),
    ],
    ["another script's option", job('sh ./x.sh -c "$TITLE"', { ...TITLE, ...CHECKOUT })],
    ["letters only", job('N=${TITLE//[^0-9]/}\neval "echo $N"', TITLE)],
    ["an agent's answer", job('eval "$(ssh-agent -s)"\neval "x=${#TITLE}"', TITLE)],
  ],
  "file-command-redirect": [
    [
      "the last round of a loop",
      job(
        'for i in 1 2 3; do\n  if ./try; then\n    echo "ok=true" > "$GITHUB_OUTPUT"\n    break\n  fi\ndone',
        CHECKOUT,
      ),
    ],
    [
      "a write that ends the script",
      job('[ -f a ] && { echo "a=1" > "$GITHUB_OUTPUT"; exit 0; }\necho "a=2" > "$GITHUB_OUTPUT"'),
    ],
    [
      "one branch of two",
      job('if [ -f a ]; then\n  echo "a=1" > "$GITHUB_OUTPUT"\n  exit 0\nfi\necho "a=2" > "$GITHUB_OUTPUT"'),
    ],
    [
      "a file of that name that is read again",
      job('./report > GITHUB_STEP_SUMMARY\ncat GITHUB_STEP_SUMMARY >> "$GITHUB_STEP_SUMMARY"', CHECKOUT),
    ],
    [
      "a group, and files elsewhere",
      job('( echo "a=1"; echo "b=2" ) > "$GITHUB_OUTPUT"\necho x > "$RUNNER_TEMP/GITHUB_OUTPUT"'),
    ],
    [
      "waiting for the end",
      job('while true; do\n  sleep 5\n  if ./done; then echo "z=1" > $GITHUB_OUTPUT; exit 0; fi\ndone', CHECKOUT),
    ],
  ],
  "install-without-yes": [
    [
      "a simulation",
      job(
        "apt-get -s install git\napt-get --simulate upgrade\napt-get install --print-uris git",
        container("debian:13"),
      ),
    ],
    [
      "`-y` among other letters",
      job("apt-get -yqq install git\napt-get install -yq --no-install-recommends git", container("debian:13")),
    ],
    ["an answer", job("apt-get install git <<EOF\ny\nEOF\nyes | apt-get install make", container("debian:13"))],
    ["somebody's own image", job("apt-get install git", container("ghcr.io/acme/ci:1"))],
    ["no container", job("sudo apt-get install git")],
    ["help", job("apt install --help\nyum makecache\ndnf update --assumeno", container("fedora:43"))],
  ],
  "interactive-docker": [
    ["a terminal that is made", job('script -q -e -c "docker run -it app"\nunbuffer docker run -it app')],
    ["a shell that has one", job("docker run -it app", { keys: 'shell: script -q -e -c "bash -e {0}"' })],
    ["a question for a terminal", job("if [ -t 1 ]; then docker run -it app; else docker run app; fi")],
    ["a detached container", job("docker run -d -it app\ndocker run -itd app")],
    [
      "options of the program inside",
      job(
        'docker run --rm -e TERM -v "$PWD:/w" app sh -it\ndocker exec "$ID" bash -c "ls -it"\ndocker run --rm app -it',
      ),
    ],
    [
      "a value that looks like it",
      job("docker run --rm --name it app\ndocker build -t it .\ndocker run -e CI=-it app", CHECKOUT),
    ],
  ],
  "invalid-bracket-range": [
    ["brackets in a replacement", job("sed 's/x/[z-a]/' a\nsed -e '/y/s|x|[9-0]|'")],
    ["letters that sed maps", job("sed 'y/[z-a]/abcde/' a")],
    ["Perl's brackets", job("grep -P '[\\w-.]' a\nperl -pe 's/[\\w-.]//' a")],
    ["names of files", job("ls [z-a]\nfind . -name '[z-a]*'")],
    ["signs in their order", job("sed -e 's/[+--]/x/' -e 's/[!-~]//g' a\ntr -s '\\000-\\037' ' ' < a")],
    ["a `-` at the edge", job("sed 's/[]a-]//; s/[^-_]//' a\ntr -cd '[:alnum:]._-' < a")],
    ["a range that a variable begins", job('sed "s/[$A-z]/x/" a')],
  ],
  "push-without-credentials": [
    ["a runner of one's own", job("git push", { ...WITHOUT_CREDENTIALS, head: "runs-on: [self-hosted]" })],
    [
      "an address in git's settings",
      job('git config remote.origin.pushurl "https://x:$T@github.com/a/b"\ngit push', WITHOUT_CREDENTIALS),
    ],
    ["a script that may log in", job("./scripts/login\ngit push", WITHOUT_CREDENTIALS)],
    ["a task that may", job("make login\ngit push", WITHOUT_CREDENTIALS)],
    ["a program that git asks", job("git push", { ...WITHOUT_CREDENTIALS, keys: "env:\n  GIT_ASKPASS: ./x" })],
    [
      "another remote",
      job('git push "https://$T@github.com/a/b" HEAD\ngit push "$REMOTE"\ngit push --dry-run', WITHOUT_CREDENTIALS),
    ],
  ],
  "return-outside-function": [
    ["a script that may be sourced", job("[ -f a ] || { return 0 2>/dev/null || exit 0; }")],
    ["a shell that sources it", job("return 0", { keys: 'shell: bash -e -c "source {0}"' })],
    ["a function in parentheses", job("f() (\n  return 1\n)\nf || true")],
    [
      "loops and lists in functions",
      job("g() { for x in 1; do return 0; done; }\nfunction h { [ -f a ] && return; echo b; }\ng && h"),
    ],
    ["a script that is written", job("cat > x.sh <<'EOF'\nreturn 0\nEOF\nsource x.sh")],
    ["the word", job("echo return\nRETURN=1 ./return return", CHECKOUT)],
  ],
  "script-before-checkout": [
    ["a file that is asked for", job("[ -f scripts/x.sh ] && scripts/x.sh")],
    ["the same in bash's words", job("[[ -x ./run ]] && ./run")],
    ["a path that an expression begins", job("bash ${{ runner.temp }}/x.sh\n${{ env.DIR }}/build.sh")],
    ["another folder", job("cd /opt/tool\n./install.sh")],
    ["a home folder and the system's", job("source ~/x/y.sh\nsource /etc/profile.d/x.sh\n. $HOME/a/b.sh")],
    [
      "what git brings by itself",
      job("git init .\ngit fetch https://example.com/x\ngit checkout FETCH_HEAD\n./build.sh"),
    ],
    ["what is unpacked", job("unzip a.zip -d tools\ntools/run.sh")],
    ["a runner of one's own", job("./x.sh", { head: "runs-on: my-runner" })],
  ],
  "shell-syntax": [
    [
      "patterns and substitutions in `case`",
      job("x=$(case a in a) echo 1;; esac)\ncase $a in (x) ;; [a-z]*|[!0-9]) : ;; *) ;; esac"),
    ],
    ["here-documents in substitutions", job("x=$(cat <<EOF\na $(echo ')')\nEOF\n)\ncat <<A <<B\n1\nA\n2\nB")],
    ["regular expressions", job("[[ $x =~ ^v[0-9]+(\\.[0-9]+)*$ ]] || [[ $x =~ ^[^\\ ]+\\ (a|b)$ ]] || exit 1")],
    ["quotes in comments and words", job("echo a # don't\necho \"$(\n  # it's a comment\n  ls\n)\" $'it\\'s' a#b")],
    ["old and new arithmetic", job("x=$((`wc -l < f` + 1)) y=$[1+2]\n(( x = y ? 1 : 2 ))\nfor ((;;)); do break; done")],
    ["redirections of every kind", job("exec {fd}> file 4<&0\ncmd &>> log |& cat\n2>&1 ls >| b < <(ls)")],
    ["words of the grammar that are arguments", job("echo if then fi } { ]] !\ntime -p { ls; }\n! { false; }")],
  ],
  "sudo-redirect": [
    [
      "folders that belong to everybody",
      job("sudo gpg --dearmor < k > /usr/share/keyrings/x.gpg\nsudo cat a > /opt/x/y"),
    ],
    ["the same on macOS", job("sudo cat a > /usr/local/bin/x", { head: "runs-on: macos-15" })],
    ["a shell behind sudo", job('sudo sh -c "echo a > /etc/x"\nsudo -s <<EOF\necho a > /etc/x\nEOF')],
    ["tee", job("echo a | sudo tee -a /etc/x > /dev/null")],
    ["a runner of one's own", job("sudo echo a > /etc/x", { head: "runs-on: [linux, x64]" })],
    ["root's container", job("sudo echo a > /etc/x", container("debian:13"))],
    ["a folder of the workspace", job('sudo dmesg > etc/x\nsudo make > "$HOME/etc/x"')],
  ],
};

describe.each(Object.entries(NEAR_MISSES))("%s", (id, workflows) => {
  it.each(workflows)("leaves %s alone", async (_what, text) => {
    expect(inShort(await findingsIn(text, [ruleNamed(id)]))).toEqual([]);
  });
});

it("has near misses for every rule that is an error under `recommended`", async () => {
  const { scriptRules } = await import("../../../src/lint/rules/script/index.ts");
  expect(
    scriptRules
      .filter(({ levels }) => levels.recommended === "error")
      .map(({ id }) => id)
      .sort(),
  ).toEqual(Object.keys(NEAR_MISSES).sort());
  for (const workflows of Object.values(NEAR_MISSES)) expect(workflows.length).toBeGreaterThanOrEqual(5);
});
