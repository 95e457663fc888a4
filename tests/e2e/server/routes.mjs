// Puts the box's answers before the emulator's, and gives each what it needs to know of a request.

import { ACTIONS_APP, ACTIONS_BOT, Refusal, WEB_FLOW, account, botOf, missing, world } from "./world.mjs";
import { apps } from "./apps.mjs";
import { checkup } from "./checkup.mjs";
import { control } from "./control.mjs";
import { count, limits } from "./limits.mjs";
import { git } from "./git.mjs";
import { issues } from "./issues.mjs";
import { labels } from "./labels.mjs";
import { pulls } from "./pulls.mjs";
import { settings } from "./settings.mjs";
import { statuses } from "./statuses.mjs";

const DOCS = "https://docs.github.com/rest";
const WEB = "https://github.com";
const WEB_KEYS = /^(html|diff|patch|blob|raw|clone|svn|badge)_url$/;

export function install(given) {
  Object.assign(world, given);
  account(ACTIONS_BOT);
  account(WEB_FLOW);
  world.gh.apps.insert({
    app_id: ACTIONS_APP.id, slug: ACTIONS_APP.slug, name: "GitHub Actions", private_key: "",
    permissions: {}, events: [], webhook_url: null, webhook_secret: null, description: null,
  });
  world.app.use("*", admit);
  const routes = [control, limits, apps, git, statuses, issues, labels, pulls, settings, checkup].flat();
  for (const [method, path, answer] of routes) {
    world.app.on(method, path, (c) => served(c, path, answer));
  }
}

/** Tokens that nobody made are refused, and what is left of the hour is counted. */
async function admit(c, next) {
  if (c.req.path.startsWith("/__box/")) return next();
  const isKnown = c.get("authUser") || c.get("authApp");
  if (c.req.header("Authorization") && !isKnown) {
    return c.json({ message: "Bad credentials", documentation_url: DOCS, status: "401" }, 401);
  }
  const refused = count(c);
  if (refused) return c.json({ message: refused, documentation_url: DOCS, status: "403" }, 403);
  return next();
}

async function served(c, path, answer) {
  try {
    const ask = await read(c, path);
    const given = (await answer(ask)) ?? {};
    const { status = 200, body, headers = {} } = given;
    if (ask.links) c.header("Link", ask.links);
    if (body === undefined) return c.body(null, status, headers);
    return c.body(written(body, ask.base), status, { "Content-Type": "application/json; charset=utf-8", ...headers });
  } catch (error) {
    return refused(c, error);
  }
}

function refused(c, error) {
  if (!(error.status >= 300 && error.status < 500)) {
    console.error(error);
    return c.json({ message: `The box failed: ${error.stack}` }, 500);
  }
  const body = { message: error.message, documentation_url: DOCS, status: String(error.status) };
  if (error.errors) body.errors = error.errors;
  if (error.headers?.Location) body.url = error.headers.Location;
  return c.json(body, error.status, error.headers ?? {});
}

/** What a handler is told: who asks, about which repository, with which words. */
async function read(c, path) {
  const ask = {
    c,
    base: `http://${c.req.header("Host")}`,
    params: c.req.param(),
    query: new URL(c.req.url).searchParams,
    token: c.get("authUser"),
    app: c.get("authApp"),
    body: await parsed(c),
  };
  ask.isApp = Boolean(ask.token?.installation);
  ask.isWorkflow = ask.isApp && ask.token.installation.appId === ACTIONS_APP.id;
  ask.actor = ask.token && actorOf(ask.token);
  if (!path.startsWith("/__box/") && path.includes(":owner/:repo")) ask.repo = found(ask);
  return ask;
}

function actorOf(token) {
  const { gh } = world;
  if (!token.installation) return gh.users.findOneBy("login", token.login);
  return botOf(gh.apps.all().find((one) => one.app_id === token.installation.appId));
}

function found(ask) {
  const wanted = `${ask.params.owner}/${ask.params.repo}`.toLowerCase();
  const { gh } = world;
  const repo =
    gh.repos.findOneBy("full_name", `${ask.params.owner}/${ask.params.repo}`) ??
    gh.repos.all().find((one) => one.full_name.toLowerCase() === wanted);
  if (!repo) throw missing();
  if (repo.archived && ask.c.req.method !== "GET") {
    throw new Refusal(403, "Repository was archived so is read-only.");
  }
  return repo;
}

async function parsed(c) {
  if (c.req.method === "GET" || c.req.method === "HEAD") return {};
  const text = await c.req.text();
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
}

/** JSON with GitHub's dates, and pages at GitHub's web address, wherever the box runs. */
function written(body, base) {
  return JSON.stringify(body, function (key, value) {
    if (typeof value !== "string") return value;
    if (value.endsWith("Z") && (key.endsWith("_at") || key === "date")) return value.replace(/\.\d+Z$/, "Z");
    if (value.startsWith(base) && (WEB_KEYS.test(key) || (key === "href" && !/\/repos\//.test(value)))) {
      return WEB + value.slice(base.length);
    }
    return value;
  });
}
