import { days, defineConfig, files, minutes } from "pipewright";

export default defineConfig({
  project: "pipewright",
  topology: "workflow_run",
  builds: {
    package: files({
      setup: { node: "24", cache: "npm" },
      run: ["npm ci", "npm pack"],
      paths: ["pipewright-*.tgz"],
      keep: days(7),
    }),
  },
  consumers: {
    install: {
      name: "Install",
      needs: "package",
      matrix: { node: ["20", "22", "24"] },
      steps: [
        { name: "Set up Node.js", uses: "actions/setup-node", with: { "node-version": "${{ matrix.node }}", "package-manager-cache": false } },
        { name: "Install the package into an empty project", run: "node test/package/install.mjs \"$FILES_PACKAGE\"" },
      ],
      timeout: minutes(15),
    },
    lint: {
      name: "Lint",
      needs: "package",
      setup: { node: "24", cache: "npm" },
      run: ["npm ci", "npm run typecheck", "npx prettier --check .github/workflows"],
      timeout: minutes(15),
    },
    test: {
      name: "Test",
      needs: "package",
      setup: { node: "20", cache: "npm" },
      run: ["npm ci", "npm test"],
      timeout: minutes(30),
    },
  },
  check: { install: "npm ci", run: "npm run check", lint: "node dist/cli.js lint --preset strict --reporter github", setup: { node: "24" } },
});
