// What only a check-up of a repository asks for: whether Actions run, rulesets, and scheduled runs.

import { shelf, world } from "./world.mjs";
import { allow } from "./rights.mjs";
import { page } from "./pages.mjs";
import { tipOf } from "./git.mjs";
import { workflow } from "./settings.mjs";

function permissions(ask) {
  allow(ask, "administration", "read", { person: "admin" });
  const { actions_enabled: enabled = true, allowed_actions = "all" } = shelf(ask.repo).settings;
  return { body: enabled ? { enabled, allowed_actions, sha_pinning_required: false } : { enabled } };
}

/** The rules that a test gave to a branch's name; the branch need not be there. */
function rules(ask) {
  allow(ask, "metadata", "read");
  return { body: page(ask, shelf(ask.repo).settings.rules?.[ask.params.branch] ?? []) };
}

/** The runs that a test gave to a workflow file, the newest first. */
function runs(ask) {
  allow(ask, "actions", "read");
  const given = shelf(ask.repo).settings.runs?.[ask.params.workflow] ?? [];
  const event = ask.query.get("event");
  const rows = given.filter((one) => !event || one.event === event);
  const shown = page(ask, rows).map((one, index) => whole(ask, one, rows.length - index));
  return { body: { total_count: rows.length, workflow_runs: shown } };
}

/** A run with all that GitHub tells of one; what the test gave comes first. */
function whole(ask, given, number) {
  const { gh, lib } = world;
  const { id, name, path } = workflow(ask);
  const at = `${ask.base}/repos/${ask.repo.full_name}/actions/runs/${id + number}`;
  const urls = ["jobs", "logs", "check_suite", "artifacts", "cancel", "rerun"].map((key) => [`${key}_url`, `${at}/${key}`]);
  const repository = lib.formatRepo(ask.repo, gh, ask.base);
  return {
    id: id + number, name, node_id: lib.generateNodeId("Run", number), path, workflow_id: id, run_number: number,
    head_branch: ask.repo.default_branch, head_sha: tipOf(ask.repo, ask.repo.default_branch), event: "schedule",
    display_title: name, status: "completed", conclusion: "success", url: at, html_url: at.replace("/repos/", "/"),
    pull_requests: [], updated_at: given.created_at, run_started_at: given.created_at, run_attempt: 1,
    workflow_url: `${ask.base}/repos/${ask.repo.full_name}/actions/workflows/${id}`, ...Object.fromEntries(urls),
    repository, head_repository: repository, head_commit: null, ...given,
  };
}

const AT = "/repos/:owner/:repo";
export const checkup = [
  ["GET", `${AT}/actions/permissions`, permissions],
  ["GET", `${AT}/rules/branches/:branch{.+}`, rules],
  ["GET", `${AT}/actions/workflows/:workflow/runs`, runs],
];
