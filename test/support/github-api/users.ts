/** "Get a user" of GitHub's REST API; organizations answer there too, with their type. */
import { type Route, notFound, ok, path } from "./route.ts";

export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path("/users/{login}"),
    handle({ state, parameters: { login = "" } }) {
      const type = state.users[login];
      return type ? ok({ login, type }) : notFound();
    },
  },
];
