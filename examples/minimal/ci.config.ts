import { defineConfig, ghcr, image } from "pipewright";

export default defineConfig({
  project: "hello",
  registry: ghcr("octocat"),
  builds: { hello: image({}) },
  consumers: { smoke: { needs: "hello", run: 'docker run --rm "$IMAGE" --version' } },
});
