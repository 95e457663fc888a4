// Apps: who they are, where they are installed, and the tokens of their installations.

import { ACTIONS_APP, Refusal, missing, world } from "./world.mjs";

const LEVELS = { read: 1, write: 2, admin: 3 };
const HOUR_MS = 3_600_000;
let tokens = 0;

/** A new token that may do exactly this in one repository. */
export function mint(repo, app, permissions, installationId) {
  tokens += 1;
  const name = `ghs_${tokens}x${Math.random().toString(36).slice(2).padEnd(20, "0")}`;
  world.tokenMap.set(name, {
    login: repo.full_name.split("/")[0], id: repo.owner_id,
    scopes: Object.entries(permissions).map(([key, level]) => `${key}:${level}`),
    installation: {
      installationId, appId: app.app_id, accountId: repo.owner_id, accountType: repo.owner_type,
      permissions: { metadata: "read", ...permissions }, repositoryIds: [repo.id], repositorySelection: "selected",
    },
  });
  return name;
}

/** An app of the maintainers' own, installed on one repository. */
export async function create(repo, { slug, permissions }) {
  const { gh, lib } = world;
  const number = gh.apps.all().length;
  const row = gh.apps.insert({
    app_id: ACTIONS_APP.id + number, slug, name: slug, private_key: await lib.generateAppPrivateKey(),
    permissions, events: [], webhook_url: null, webhook_secret: null, description: null,
  });
  gh.appInstallations.insert({
    installation_id: 1000 + number, app_id: row.app_id, account_type: repo.owner_type, account_id: repo.owner_id,
    account_login: repo.full_name.split("/")[0], repository_selection: "selected", repository_ids: [repo.id],
    permissions: { metadata: "read", ...permissions }, events: [], suspended_at: null,
  });
  return row;
}

/** The asking app; a wrong or missing signature is no app. */
function asking(ask) {
  if (!ask.app) throw new Refusal(401, "A JSON web token could not be decoded");
  return world.gh.apps.all().find((row) => row.app_id === ask.app.appId);
}

function me(ask) {
  const app = asking(ask);
  const { gh, lib } = world;
  const html_url = `${ask.base}/apps/${app.slug}`;
  return {
    body: {
      id: app.app_id, slug: app.slug, client_id: `Iv1.${app.app_id}`, node_id: lib.generateNodeId("App", app.app_id),
      owner: lib.formatUser(gh.users.findOneBy("login", "ghost"), ask.base), name: app.name, description: null,
      external_url: html_url, html_url, created_at: app.created_at, updated_at: app.updated_at,
      permissions: { metadata: "read", ...app.permissions }, events: [], installations_count: 1,
    },
  };
}

function installation(ask) {
  const app = asking(ask);
  const { gh, lib } = world;
  const row = gh.appInstallations.findBy("app_id", app.app_id).find((one) => one.repository_ids.includes(ask.repo.id));
  if (!row) throw missing();
  const at = `${ask.base}/app/installations/${row.installation_id}`;
  return {
    body: {
      id: row.installation_id, account: lib.formatRepo(ask.repo, gh, ask.base).owner,
      repository_selection: row.repository_selection,
      access_tokens_url: `${at}/access_tokens`, repositories_url: `${ask.base}/installation/repositories`,
      html_url: `${ask.base}/settings/installations/${row.installation_id}`,
      app_id: app.app_id, app_slug: app.slug, target_id: row.account_id, target_type: row.account_type,
      permissions: row.permissions, events: [], created_at: row.created_at, updated_at: row.updated_at,
      single_file_name: null, suspended_by: null, suspended_at: null,
    },
  };
}

function createToken(ask) {
  const app = asking(ask);
  const { gh } = world;
  const row = gh.appInstallations
    .findBy("app_id", app.app_id)
    .find((one) => one.installation_id === Number(ask.params.installation));
  if (!row) throw missing();
  // Who names no permission, or an empty set of them, gets all that the installation has.
  const wanted = ask.body.permissions ?? {};
  const permissions = Object.keys(wanted).length ? wanted : row.permissions;
  const isTooMuch = Object.entries(permissions).some(
    ([name, level]) => !(LEVELS[level] <= LEVELS[row.permissions[name]]),
  );
  if (isTooMuch) throw new Refusal(422, "The permissions requested are not granted to this installation.");
  const token = mint(gh.repos.get(row.repository_ids[0]), app, permissions, row.installation_id);
  const expires_at = new Date(Date.now() + HOUR_MS).toISOString();
  return { status: 201, body: { token, expires_at, permissions, repository_selection: "selected" } };
}

export const apps = [
  ["GET", "/app", me],
  ["GET", "/repos/:owner/:repo/installation", installation],
  ["POST", "/app/installations/:installation/access_tokens", createToken],
];
