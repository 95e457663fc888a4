// The hour's calls of each token.

import { ACTIONS_APP } from "./world.mjs";

const HOUR_S = 3600;
const purses = new Map();

const seconds = () => Math.floor(Date.now() / 1000);

function purse(key, limit) {
  const present = purses.get(key);
  if (present && present.reset > seconds()) return present;
  const fresh = { limit, remaining: limit, reset: seconds() + HOUR_S };
  purses.set(key, fresh);
  return fresh;
}

function purseOf(c) {
  const user = c.get("authUser");
  const isWorkflow = user?.installation?.appId === ACTIONS_APP.id;
  const limit = user ? (isWorkflow ? 1000 : 5000) : 60;
  return purse(c.get("authToken") ?? c.req.header("Authorization") ?? "nobody", limit);
}

/** Count one request; gives GitHub's words where nothing is left. */
export function count(c) {
  const mine = purseOf(c);
  const isFree = c.req.path === "/rate_limit";
  const isEmpty = mine.remaining <= 0 && !isFree;
  if (!isFree && !isEmpty) mine.remaining -= 1;
  c.header("X-RateLimit-Limit", String(mine.limit));
  c.header("X-RateLimit-Remaining", String(mine.remaining));
  c.header("X-RateLimit-Used", String(mine.limit - mine.remaining));
  c.header("X-RateLimit-Reset", String(mine.reset));
  c.header("X-RateLimit-Resource", "core");
  return isEmpty ? "API rate limit exceeded for installation." : undefined;
}

/** Leave a token this many calls. */
export function leave(token, remaining, limit = 1000) {
  Object.assign(purse(token, limit), { remaining, limit: Math.max(limit, remaining) });
}

export const limits = [
  ["GET", "/rate_limit", (ask) => {
    const { limit, remaining, reset } = purseOf(ask.c);
    const core = { limit, remaining, reset, used: limit - remaining, resource: "core" };
    const search = { limit: 30, remaining: 30, reset, used: 0, resource: "search" };
    return { body: { resources: { core, search }, rate: core } };
  }],
];
