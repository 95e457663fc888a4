// Commit statuses.

import { Refusal, invalid, now, shelf, world } from "./world.mjs";
import { allow } from "./rights.mjs";
import { findCommit, resolve } from "./git.mjs";
import { page } from "./pages.mjs";

const STATES = ["error", "failure", "pending", "success"];

/** Every status of a commit, the newest first. */
export function statusesOf(repo, sha) {
  return shelf(repo).statuses.filter((row) => row.sha === sha).toReversed();
}

/** The newest status of each context. */
export function latest(repo, sha) {
  const byContext = new Map();
  for (const row of statusesOf(repo, sha)) {
    if (!byContext.has(row.context)) byContext.set(row.context, row);
  }
  return [...byContext.values()];
}

function shown(ask, row) {
  const { sha, creator, ...rest } = row;
  const { lib, gh } = world;
  return {
    ...rest,
    url: `${ask.base}/repos/${ask.repo.full_name}/statuses/${sha}`,
    avatar_url: null, node_id: lib.generateNodeId("StatusContext", row.id),
    creator: lib.formatUser(gh.users.get(creator), ask.base),
  };
}

function create(ask) {
  allow(ask, "statuses", "write");
  const { state, context = "default", description = null, target_url = null } = ask.body;
  const { sha } = ask.params;
  if (!findCommit(ask.repo, sha)) throw new Refusal(422, `No commit found for SHA: ${sha}`);
  if (!STATES.includes(state)) throw invalid("Status", { field: "state", code: "invalid" });
  if ([...(description ?? "")].length > 140) {
    throw invalid("Status", { field: "description", message: "description is too long (maximum is 140 characters)" });
  }
  if (target_url && !/^https?:\/\//.test(target_url)) {
    throw invalid("Status", { field: "target_url", message: "target_url must use http(s) scheme" });
  }
  const all = shelf(ask.repo).statuses;
  const at = now();
  const row = {
    id: all.length + 1, sha, state, context, description, target_url, creator: ask.actor.id,
    created_at: at, updated_at: at,
  };
  if (statusesOf(ask.repo, sha).filter((one) => one.context === context).length >= 1000) {
    throw invalid("Status", { message: "This SHA and context has reached the maximum number of statuses." });
  }
  all.push(row);
  return { status: 201, body: shown(ask, row) };
}

function named(ask) {
  const found = resolve(ask.repo, ask.params.ref);
  if (!found) throw new Refusal(422, `No commit found for SHA: ${ask.params.ref}`);
  return found.sha;
}

function list(ask) {
  allow(ask, "statuses", "read");
  return { body: page(ask, statusesOf(ask.repo, named(ask))).map((row) => shown(ask, row)) };
}

function combined(ask) {
  allow(ask, "statuses", "read");
  const { gh, lib } = world;
  const sha = named(ask);
  const rows = latest(ask.repo, sha);
  const states = new Set(rows.map((row) => row.state));
  const isBad = states.has("error") || states.has("failure");
  const at = `${ask.base}/repos/${ask.repo.full_name}/commits/${sha}`;
  return {
    body: {
      state: isBad ? "failure" : !rows.length || states.has("pending") ? "pending" : "success",
      statuses: page(ask, rows).map((row) => shown(ask, row)),
      sha, total_count: rows.length, repository: lib.formatRepo(ask.repo, gh, ask.base),
      commit_url: at, url: `${at}/status`,
    },
  };
}

const AT = "/repos/:owner/:repo";
export const statuses = [
  ["POST", `${AT}/statuses/:sha`, create],
  ["GET", `${AT}/commits/:ref{.+}/statuses`, list],
  ["GET", `${AT}/commits/:ref{.+}/status`, combined],
];
