# The images of the site. Which of them an event builds, for which platforms, from which cache and under which tags, says
# ci.config.ts; here stands only how each is made, so that `docker buildx bake test` works on a laptop as well.

variable "SKIP_CHROMIUM" {
  default = "0"
}

variable "SKIP_JS_BUILD" {
  default = "0"
}

group "default" {
  targets = ["web", "celery", "celerybeat", "flower"]
}

target "_common" {
  context    = "."
  dockerfile = "deployment/Dockerfile"
  args = {
    SKIP_CHROMIUM = "${SKIP_CHROMIUM}"
    SKIP_JS_BUILD = "${SKIP_JS_BUILD}"
  }
}

target "test" {
  inherits = ["_common"]
  target   = "test"
  args = {
    SKIP_CHROMIUM = "1"
    SKIP_JS_BUILD = "1"
  }
}

target "web" {
  inherits = ["_common"]
  target   = "web"
}

target "celery" {
  inherits = ["_common"]
  target   = "celery"
}

target "celerybeat" {
  inherits = ["_common"]
  target   = "celerybeat"
}

target "flower" {
  inherits = ["_common"]
  target   = "flower"
}
