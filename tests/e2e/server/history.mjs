// Which commits come before which, and what merging two of them gives.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { world } from "./world.mjs";
import { bytesOf, findCommit } from "./git.mjs";

/** Every commit that is in `sha`'s history, itself included. */
function before(repo, sha) {
  const seen = new Map();
  const stack = [sha];
  while (stack.length) {
    const one = stack.pop();
    if (seen.has(one)) continue;
    const row = findCommit(repo, one);
    if (!row) continue;
    seen.set(one, row);
    stack.push(...row.parent_shas);
  }
  return seen;
}

export function isAncestor(repo, older, newer) {
  return before(repo, newer).has(older);
}

/** The commits of `sha` that `without` has not, the newest first. */
export function history(repo, sha, without) {
  const known = without ? before(repo, without) : new Map();
  // Later rows are later commits: a parent exists before its child.
  return [...before(repo, sha).values()].filter((row) => !known.has(row.sha)).sort((a, b) => b.id - a.id);
}

/** The newest commit that both have. */
export function mergeBase(repo, one, other) {
  const known = before(repo, other);
  const common = [...before(repo, one).values()].filter((row) => known.has(row.sha));
  return common.sort((a, b) => b.id - a.id)[0]?.sha;
}

const merged = new Map();

/** The tree of a three-way merge of two commits, or null where files conflict. */
export function mergeTrees(repo, base, head) {
  const fork = mergeBase(repo, base, head);
  const key = [repo.id, fork, base, head].join();
  if (!merged.has(key)) merged.set(key, merge(repo, fork, base, head));
  return merged.get(key);
}

/** The tree of one commit's change on top of another commit, or null where they conflict. */
export function replay(repo, onto, row) {
  return merge(repo, row.parent_shas[0], onto, row.sha);
}

function merge(repo, fork, base, head) {
  const { gh, lib } = world;
  const sides = [fork, base, head].map((sha) => {
    const row = sha && findCommit(repo, sha);
    return row ? lib.flattenTree(gh, repo.id, row.tree_sha).blobs : new Map();
  });
  const paths = new Set(sides.flatMap((files) => [...files.keys()]));
  const updates = [];
  for (const path of paths) {
    const [old, ours, theirs] = sides.map((files) => files.get(path));
    if (theirs?.sha === old?.sha || theirs?.sha === ours?.sha) continue;
    const sha = ours?.sha === old?.sha ? (theirs?.sha ?? null) : mergeBlobs(repo, old, ours, theirs);
    if (sha === undefined) return null;
    updates.push({ path, mode: theirs?.mode ?? ours.mode, type: "blob", sha, size: theirs?.size });
  }
  return lib.persistGitTreeHierarchy(gh, repo.id, findCommit(repo, base).tree_sha, updates).sha;
}

/** git's own merge of three texts: the blob, or undefined where it conflicts. */
function mergeBlobs(repo, old, ours, theirs) {
  if (!ours || !theirs) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "github-box-"));
  try {
    const names = [ours, old, theirs].map((entry, index) => {
      const name = join(folder, String(index));
      writeFileSync(name, entry ? bytesOf(repo, entry.sha) : "");
      return name;
    });
    const stdio = ["ignore", "pipe", "ignore"];
    const text = execFileSync("git", ["merge-file", "--stdout", "--quiet", ...names], { stdio });
    return world.lib.findOrCreateBlob(world.gh, repo.id, text).sha;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
