/** "Get a user" of GitHub's REST API; organizations answer there too, with their type. */
import { type Route, notFound, ok, path } from "./route.ts";

export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path("/users/{login}"),
    handle({ state, parameters: { login = "" } }) {
      const type = Object.entries(state.users).find(([known]) => known.toLowerCase() === login.toLowerCase())?.[1];
      return type ? ok({ login, type }) : notFound();
    },
  },
];
