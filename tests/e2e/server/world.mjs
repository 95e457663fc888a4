// What all modules of the box share: the emulator's store, and what it has no place for.

/** Set by `install`: `app`, `store`, `gh`, `lib`, `baseUrl`, `tokenMap`. */
export const world = {};

/** GitHub's ids of two accounts that every repository knows. */
export const ACTIONS_BOT = { id: 41898282, login: "github-actions[bot]", type: "Bot" };
export const WEB_FLOW = { id: 19864447, login: "web-flow", type: "User", email: "noreply@github.com" };
export const ACTIONS_APP = { id: 15368, slug: "github-actions" };

const shelves = new Map();

/** What the store cannot hold of one repository. */
export function shelf(repo) {
  if (!shelves.has(repo.id)) {
    shelves.set(repo.id, {
      // Events as a webhook would deliver them.
      deliveries: [],
      statuses: [],
      // Issue number -> "deleted", or the API address where the issue went.
      gone: new Map(),
      // Pairs of head and base whose mergeability was asked for before.
      looked: new Set(),
      settings: {
        // "Allow GitHub Actions to create and approve pull requests", here and at the organisation.
        can_approve_pull_request_reviews: true,
        organisation_can_approve_pull_request_reviews: true,
        default_workflow_permissions: "read",
        pages: null,
        slow_mergeable: true,
      },
    });
  }
  return shelves.get(repo.id);
}

/** A refusal, as GitHub words it. */
export class Refusal extends Error {
  constructor(status, message, { errors, headers } = {}) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

export const missing = () => new Refusal(404, "Not Found");

/** 422 with one entry in `errors`, which is where GitHub puts the reason. */
export function invalid(resource, { field, code = "custom", message, value } = {}) {
  const error = { resource, code, field, message, value };
  return new Refusal(422, "Validation Failed", { errors: [JSON.parse(JSON.stringify(error))] });
}

/** The user's row, made at first sight. */
export function account({ login, type = "User", id, email }) {
  const { gh, lib } = world;
  const present = gh.users.findOneBy("login", login);
  if (present) return present;
  const row = gh.users.insert({
    ...(id ? { id } : {}),
    login, type,
    node_id: "", avatar_url: "", gravatar_id: "", site_admin: false,
    name: null, company: null, blog: "", location: null, email: email ?? null,
    hireable: null, bio: null, twitter_username: null,
    public_repos: 0, public_gists: 0, followers: 0, following: 0,
  });
  return gh.users.update(row.id, {
    node_id: lib.generateNodeId(type, row.id),
    email: email ?? `${row.id}+${login}@users.noreply.github.com`,
  });
}

/** Who acts for an app: its bot. */
export function botOf(app) {
  if (app.slug === ACTIONS_APP.slug) return account(ACTIONS_BOT);
  return account({ login: `${app.slug}[bot]`, type: "Bot" });
}

export const now = () => new Date().toISOString();
