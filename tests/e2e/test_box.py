"""What the box does as GitHub does it, each in one sentence."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from github import Auth, Github, GithubIntegration

from tests.e2e.box import HERE, NODE, Answer, Repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.e2e.box import Box

# What is tested here is no part of the bot: tracing it would only cost time.
pytestmark = pytest.mark.untraced


RIGHTS = {"contents": "write", "issues": "write", "pull-requests": "write", "statuses": "write"}
GOOD_README = "# Papers\n\n- Voting\n- Quill\n\nThe end.\n"


class Bot:
    """A workflow's job, with the rights that the bot's jobs have."""

    def __init__(self, repository: Repository, rights: Mapping[str, str] = RIGHTS) -> None:
        self.repository = repository
        self.token = repository.token(rights)

    def call(self, method: str, path: str, body: object = None) -> Answer:
        """One request below the repository."""
        return self.repository.call(method, path, body, token=self.token)

    def tip(self, branch: str = "main") -> str:
        """The commit of a branch."""
        return str(self.call("GET", f"git/ref/heads/{branch}").json["object"]["sha"])

    def commit(self, files: Mapping[str, str | None], *, parent: str | None = None) -> str:
        """A commit with these changes on top of `main` or of another."""
        below = parent or self.tip()
        rows = [
            {"path": path, "mode": "100644", "type": "blob"}
            | ({"sha": None} if text is None else {"content": text})
            for path, text in files.items()
        ]
        tree = self.call("POST", "git/trees", {"base_tree": below, "tree": rows}).json["sha"]
        body = {"message": "Add a paper", "tree": tree, "parents": [below]}
        return str(self.call("POST", "git/commits", body).json["sha"])

    def branch(self, name: str, files: Mapping[str, str | None]) -> str:
        """A new branch with one commit; gives the commit."""
        commit = self.commit(files)
        made = self.call("POST", "git/refs", {"ref": f"refs/heads/{name}", "sha": commit})
        assert made.status == 201
        return commit

    def pull(self, branch: str = "paper/issue-1", body: str = "", **files: str) -> int:
        """A branch that changes the README and adds an entry, and its pull request."""
        self.branch(
            branch, files or {"README.md": GOOD_README, "entries/2024/a.yaml": "title: Q\n"}
        )
        return int(self.open(branch, body=body).json["number"])

    def open(self, head: str, *, base: str = "main", body: str = "", title: str = "Add") -> Answer:
        """Ask for a pull request."""
        return self.call(
            "POST", "pulls", {"title": title, "body": body, "head": head, "base": base}
        )


@pytest.fixture
def bot(repository: Repository) -> Bot:
    """The bot, with its rights."""
    return Bot(repository)


def reason(answer: Answer) -> str:
    """Why GitHub refused."""
    told = answer.json
    errors = told.get("errors") or [{}]
    return str(errors[0].get("message") or errors[0].get("code") or told["message"])


# Refs and commits


def test_a_missing_branch_is_not_found(bot: Bot) -> None:
    assert bot.call("GET", "git/ref/heads/paper/issue-1").status == 404


def test_a_ref_carries_an_address_that_works(bot: Bot) -> None:
    """PyGithub changes a ref where its answer says it lives."""
    url = bot.call("GET", "git/ref/heads/main").json["url"]

    assert url.endswith("/git/refs/heads/main")


def test_a_ref_is_made_once(bot: Bot) -> None:
    commit = bot.branch("a", {"x": "y"})

    again = bot.call("POST", "git/refs", {"ref": "refs/heads/a", "sha": commit})

    assert (again.status, reason(again)) == (422, "Reference already exists")


def test_a_branch_goes_back_only_by_force(bot: Bot) -> None:
    bot.branch("a", {"x": "y"})
    back = {"sha": bot.tip()}

    refused = bot.call("PATCH", "git/refs/heads/a", back)
    forced = bot.call("PATCH", "git/refs/heads/a", {**back, "force": True})

    assert (refused.status, reason(refused)) == (422, "Update is not a fast forward")
    assert forced.status == 200
    assert bot.tip("a") == back["sha"]


def test_a_missing_ref_is_neither_moved_nor_deleted(bot: Bot) -> None:
    moved = bot.call("PATCH", "git/refs/heads/a", {"sha": bot.tip()})
    deleted = bot.call("DELETE", "git/refs/heads/a")

    assert [moved.status, deleted.status] == [422, 422]


def test_a_tree_takes_text_and_deletes(repository: Repository, bot: Bot) -> None:
    bot.branch("a", {"entries/2024/b.yaml": "é\n", "entries/2023/obi2023voting.yaml": None})

    assert repository.files("a") == {
        "README.md": "# Papers\n\n- Voting\n\nThe end.\n",
        "entries/2024/b.yaml": "é\n",
    }


def test_a_tree_without_a_file_cannot_delete_it(bot: Bot) -> None:
    row = {"path": "none", "mode": "100644", "type": "blob", "sha": None}

    answer = bot.call("POST", "git/trees", {"base_tree": bot.tip(), "tree": [row]})

    assert answer.status == 422


def test_objects_have_the_names_that_git_gives(repository: Repository, bot: Bot) -> None:
    text = repository.files()["README.md"]
    done = subprocess.run(
        ["git", "hash-object", "--stdin"], input=text.encode(), capture_output=True, check=True
    )

    tree = bot.call("GET", "git/trees/main?recursive=1").json["tree"]

    assert {row["path"]: row["sha"] for row in tree}["README.md"] == done.stdout.decode().strip()


@pytest.mark.parametrize("by", ["branch", "commit", "tree"])
def test_a_tree_is_found_by_branch_commit_and_tree(bot: Bot, by: str) -> None:
    commit = bot.call("GET", f"git/commits/{bot.tip()}").json
    name = {"branch": "main", "commit": commit["sha"], "tree": commit["tree"]["sha"]}[by]

    rows = bot.call("GET", f"git/trees/{name}?recursive=1").json["tree"]

    files = ["README.md", "entries/2023/obi2023voting.yaml"]
    assert [row["path"] for row in rows if row["type"] == "blob"] == files


def test_a_commit_of_a_workflow_is_its_bots_and_signed(bot: Bot) -> None:
    commit = bot.call("GET", f"git/commits/{bot.branch('a', {'x': 'y'})}").json

    assert commit["author"]["email"] == "41898282+github-actions[bot]@users.noreply.github.com"
    assert commit["committer"]["name"] == "GitHub"
    assert commit["verification"]["verified"]


def test_a_comparison_tells_how_two_branches_differ(repository: Repository, bot: Bot) -> None:
    start = bot.tip()
    bot.branch("a", {"entries/2024/b.yaml": "b\n"})
    repository.person("bob").commit("a", {"README.md": "# Mine\n"}, "Reword")
    repository.person("ann").commit("main", {"other": "x"}, "Go on")

    found = bot.call("GET", "compare/main...a").json

    assert (found["status"], found["ahead_by"], found["behind_by"]) == ("diverged", 2, 1)
    assert found["merge_base_commit"]["sha"] == start
    files = {row["filename"]: row["status"] for row in found["files"]}
    assert files == {"README.md": "modified", "entries/2024/b.yaml": "added"}
    people = [(row["author"]["login"], row["committer"]["login"]) for row in found["commits"]]
    assert people == [("github-actions[bot]", "web-flow"), ("bob", "web-flow")]
    assert all(row["commit"]["tree"]["sha"] for row in found["commits"])


def test_the_statuses_of_a_commit_add_up(repository: Repository, bot: Bot) -> None:
    commit = bot.branch("a", {"x": "y"})
    states = [("a", "pending"), ("b", "success"), ("a", "failure")]
    for context, state in states:
        bot.call("POST", f"statuses/{commit}", {"context": context, "state": state})

    whole = bot.call("GET", "commits/a/status").json

    assert (whole["state"], whole["total_count"]) == ("failure", 2)
    assert [row["state"] for row in repository.statuses(commit)] == [
        "failure",
        "success",
        "pending",
    ]


# Pull requests


@pytest.mark.parametrize(("head", "base"), [("none", "main"), ("a", "none")])
def test_a_pull_request_needs_both_branches(bot: Bot, head: str, base: str) -> None:
    bot.branch("a", {"x": "y"})

    answer = bot.open(head, base=base)

    assert (answer.status, reason(answer)) == (422, "invalid")


def test_a_pull_request_needs_a_commit(bot: Bot) -> None:
    bot.call("POST", "git/refs", {"ref": "refs/heads/a", "sha": bot.tip()})

    answer = bot.open("a")

    assert (answer.status, reason(answer)) == (422, "No commits between main and a")


def test_a_branch_has_one_open_pull_request(bot: Bot) -> None:
    bot.pull("a")

    answer = bot.open("a")

    assert (answer.status, reason(answer)) == (422, "A pull request already exists for lab:a.")


def test_a_pull_request_is_its_bots(repository: Repository, bot: Bot) -> None:
    pull = repository.pull(bot.pull())

    assert (pull["user"]["login"], pull["user"]["type"]) == ("github-actions[bot]", "Bot")


def test_a_pull_request_follows_its_branch(repository: Repository, bot: Bot) -> None:
    number = bot.pull("a")
    tip = repository.person("bob").commit("a", {"more": "x"}, "Add more")

    pull = repository.pull(number)
    files = bot.call("GET", f"pulls/{number}/files").json
    commits = bot.call("GET", f"pulls/{number}/commits").json

    assert pull["head"]["sha"] == commits[-1]["sha"] == tip
    assert (pull["commits"], pull["changed_files"]) == (2, 3)
    assert [row["filename"] for row in files] == ["README.md", "entries/2024/a.yaml", "more"]


def test_whether_a_pull_request_can_be_merged_is_known_at_the_second_look(bot: Bot) -> None:
    number = bot.pull()

    looks = [bot.call("GET", f"pulls/{number}").json["mergeable"] for _ in range(2)]

    assert looks == [None, True]


def test_changes_of_one_place_conflict(repository: Repository, bot: Bot) -> None:
    number = bot.pull()
    mine = GOOD_README.replace("Quill", "Ferry")
    repository.person("ann").commit("main", {"README.md": mine}, "Add Ferry")

    pull = repository.pull(number)
    answer = bot.call("PUT", f"pulls/{number}/merge", {})

    assert (pull["mergeable"], pull["mergeable_state"]) == (False, "dirty")
    assert (answer.status, reason(answer)) == (405, "Pull Request is not mergeable")


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_merging_keeps_what_both_sides_changed(
    repository: Repository, bot: Bot, method: str
) -> None:
    number = bot.pull()
    ann = repository.person("ann")
    theirs = repository.files()["README.md"].replace("The end.", "The very end.")
    ann.commit("main", {"README.md": theirs, "other": "x"}, "Go on")

    sha = bot.call("PUT", f"pulls/{number}/merge", {"merge_method": method}).json["sha"]

    pull = repository.pull(number)
    assert (pull["merged"], pull["merge_commit_sha"]) == (True, sha)
    assert pull["merged_by"]["login"] == "github-actions[bot]"
    assert bot.tip() == sha
    assert repository.files() == {
        "README.md": GOOD_README.replace("The end.", "The very end."),
        "entries/2023/obi2023voting.yaml": "title: Voting\n",
        "entries/2024/a.yaml": "title: Q\n",
        "other": "x",
    }


def test_merging_asks_for_the_head_that_was_seen(repository: Repository, bot: Bot) -> None:
    number = bot.pull("a")
    seen = bot.tip("a")
    repository.person("bob").commit("a", {"more": "x"}, "Add more")

    answer = bot.call("PUT", f"pulls/{number}/merge", {"sha": seen})

    assert answer.status == 409
    assert reason(answer) == "Head branch was modified. Review and try the merge again."


def test_a_way_to_merge_may_be_switched_off(repository: Repository, bot: Bot) -> None:
    number = bot.pull()
    repository.set(allow_squash_merge=False)

    answer = bot.call("PUT", f"pulls/{number}/merge", {"merge_method": "squash"})

    assert answer.status == 405
    assert reason(answer) == "Squash merges are not allowed on this repository."


@pytest.mark.parametrize("words", ["Closes #1", "fixes: #1", "Resolved lab/{name}#1"])
def test_a_merge_closes_the_issue_that_it_names(
    repository: Repository, bot: Bot, words: str
) -> None:
    issue = repository.person("eve").open_issue("Paper: Quill", "A form.")
    body = words.format(name=repository.full_name.partition("/")[2])
    number = bot.pull(body=body)

    repository.person("ann").merge_pull(number)

    found = repository.issue(issue)
    assert (found["state"], found["state_reason"]) == ("closed", "completed")


def test_a_commit_on_main_closes_the_issue_that_it_names(repository: Repository) -> None:
    issue = repository.person("eve").open_issue("Paper: Quill", "A form.")

    repository.person("ann").commit("main", {"x": "y"}, f"Add x\n\nFixes #{issue}")

    assert repository.issue(issue)["state"] == "closed"


def test_a_closed_pull_request_closes_no_issue(repository: Repository, bot: Bot) -> None:
    issue = repository.person("eve").open_issue("Paper: Quill", "A form.")
    number = bot.pull(body=f"Closes #{issue}")

    repository.person("ann").close_pull(number)

    assert repository.issue(issue)["state"] == "open"


def test_deleting_a_branch_closes_its_pull_request(repository: Repository, bot: Bot) -> None:
    number = bot.pull("a")

    repository.person("ann").delete_branch("a")

    pull = repository.pull(number)
    assert (pull["state"], pull["merged"]) == ("closed", False)


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("", "state cannot be changed. The a branch has been deleted."),
        ("made again", "state cannot be changed. The a branch was force-pushed or recreated."),
    ],
)
def test_a_pull_request_without_its_branch_stays_closed(bot: Bot, then: str, why: str) -> None:
    number = bot.pull("a")
    bot.call("DELETE", "git/refs/heads/a")
    if then:
        bot.branch("a", {"x": "y"})

    answer = bot.call("PATCH", f"pulls/{number}", {"state": "open"})

    assert (answer.status, reason(answer)) == (422, why)


def test_a_pull_request_is_closed_and_opened_again(repository: Repository, bot: Bot) -> None:
    number = bot.pull()
    ann = repository.person("ann")

    ann.close_pull(number)
    ann.reopen_pull(number)

    assert repository.pull(number)["state"] == "open"


def test_a_push_that_brings_the_commits_to_main_has_merged(
    repository: Repository, bot: Bot
) -> None:
    number = bot.pull("a")

    bot.call("PATCH", "git/refs/heads/main", {"sha": bot.tip("a")})

    assert repository.pull(number)["merged"]


def test_a_branch_that_is_reset_to_main_closes_its_pull_request(
    repository: Repository, bot: Bot
) -> None:
    number = bot.pull("a")

    bot.call("PATCH", "git/refs/heads/a", {"sha": bot.tip(), "force": True})

    assert repository.pull(number)["state"] == "closed"


def test_pull_requests_are_listed_by_head_and_state(repository: Repository, bot: Bot) -> None:
    numbers = [bot.pull(branch) for branch in ("a", "b", "c")]
    repository.person("ann").close_pull(numbers[1])

    def listed(query: str) -> list[int]:
        return [row["number"] for row in bot.call("GET", f"pulls?{query}").json]

    assert listed("") == [3, 1]
    assert listed("state=all&direction=asc") == [1, 2, 3]
    assert listed("state=closed") == [2]
    assert listed("state=all&head=lab:b") == [2]
    assert listed("state=all&head=other:b") == []


def test_a_list_comes_in_pages_that_lead_to_each_other(bot: Bot) -> None:
    for branch in "abc":
        bot.pull(branch)

    first = bot.call("GET", "pulls?per_page=2")
    last = bot.call("GET", "pulls?per_page=2&page=2")

    assert [len(first.json), len(last.json)] == [2, 1]
    assert 'page=2>; rel="next"' in first.headers["link"]
    assert 'rel="next"' not in last.headers["link"]


def test_a_list_shows_no_numbers_that_need_work(bot: Bot) -> None:
    bot.pull()

    (row,) = bot.call("GET", "pulls").json

    assert not {"mergeable", "merged", "changed_files"} & set(row)


# Issues, comments, labels


@pytest.mark.parametrize(
    ("what", "length", "status"),
    [
        ("title", 256, 201),
        ("title", 257, 422),
        ("body", 65536, 201),
        ("body", 65537, 422),
    ],
)
def test_titles_and_texts_have_a_limit(bot: Bot, what: str, length: int, status: int) -> None:
    given = {"title": "x", "body": "x", what: "é" * length}

    assert bot.call("POST", "issues", given).status == status


@pytest.mark.parametrize(("length", "status"), [(65536, 201), (65537, 422)])
def test_comments_have_a_limit(repository: Repository, bot: Bot, length: int, status: int) -> None:
    issue = repository.person("eve").open_issue("x", "y")

    answer = bot.call("POST", f"issues/{issue}/comments", {"body": "🙂" * length})

    assert answer.status == status


def test_a_form_drops_labels_that_do_not_exist(repository: Repository) -> None:
    issue = repository.person("eve").open_issue("x", "y", ["paper", "bug"])

    assert [one["name"] for one in repository.issue(issue)["labels"]] == ["bug"]


def test_labels_that_do_not_exist_are_made_where_they_are_put_on(
    repository: Repository, bot: Bot
) -> None:
    issue = repository.person("eve").open_issue("x", "y")
    bot.call("POST", f"issues/{issue}/labels", {"labels": ["paper"]})
    bot.call("POST", f"issues/{issue}/labels", {"labels": ["Bug"]})
    bot.call("DELETE", f"issues/{issue}/labels/paper")

    again = bot.call("DELETE", f"issues/{issue}/labels/paper")

    assert [one["name"] for one in repository.issue(issue)["labels"]] == ["bug"]
    assert "paper" in {one["name"] for one in repository.labels()}
    assert (again.status, reason(again)) == (404, "Label does not exist")


def test_a_renamed_label_stays_where_it_was(repository: Repository) -> None:
    issue = repository.person("eve").open_issue("x", "y", ["bug"])

    repository.person("ann").rename_label("bug", "flaw")

    assert [one["name"] for one in repository.issue(issue)["labels"]] == ["flaw"]


def test_a_label_is_made_once(bot: Bot) -> None:
    answer = bot.call("POST", "labels", {"name": "BUG", "color": "ff0000"})

    assert (answer.status, reason(answer)) == (422, "already_exists")


def test_issues_are_listed_with_pull_requests(repository: Repository, bot: Bot) -> None:
    eve = repository.person("eve")
    eve.open_issue("One", "y", ["bug"])
    eve.close_issue(eve.open_issue("Two", "y"))
    bot.pull()

    def listed(query: str) -> list[int]:
        return [row["number"] for row in bot.call("GET", f"issues?{query}").json]

    assert listed("state=all&direction=asc") == [1, 2, 3]
    assert listed("") == [3, 1]
    assert listed("labels=Bug&creator=eve") == [1]
    assert listed("creator=eve&state=closed") == [2]
    assert listed("since=2100-01-01T00:00:00Z") == []
    assert "pull_request" in bot.call("GET", "issues/3").json


def test_comments_come_in_their_order(repository: Repository, bot: Bot) -> None:
    eve = repository.person("eve")
    issue = eve.open_issue("x", "y")
    first = eve.comment(issue, "one")
    bot.call("POST", f"issues/{issue}/comments", {"body": "two"})
    eve.edit_comment(first, "uno")

    found = [(row["user"]["login"], row["body"]) for row in repository.comments(issue)]

    assert found == [("eve", "uno"), ("github-actions[bot]", "two")]
    assert [row["body"] for row in bot.call("GET", "issues/comments").json] == ["uno", "two"]


def test_a_deleted_comment_is_gone(repository: Repository, bot: Bot) -> None:
    eve = repository.person("eve")
    comment = eve.comment(eve.open_issue("x", "y"), "one")
    eve.delete_comment(comment)

    answers = [bot.call("GET", f"issues/comments/{comment}")]
    answers += [bot.call("PATCH", f"issues/comments/{comment}", {"body": "z"})]

    assert [one.status for one in answers] == [404, 404]


def test_a_deleted_issue_is_gone_for_good(repository: Repository, bot: Bot) -> None:
    issue = repository.person("eve").open_issue("x", "y")
    repository.person("ann").delete_issue(issue)

    answer = bot.call("GET", f"issues/{issue}")

    assert (answer.status, reason(answer)) == (410, "This issue was deleted")
    assert repository.person("eve").open_issue("x", "y") == issue + 1


def test_a_transferred_issue_is_elsewhere(box: Box, repository: Repository, bot: Bot) -> None:
    there = box.repository({"README.md": "x"}, people={"ann": "admin"})
    eve = repository.person("eve")
    issue = eve.open_issue("x", "y")
    eve.comment(issue, "one")

    repository.person("ann").transfer_issue(issue, there.full_name)

    answer = bot.call("GET", f"issues/{issue}")
    assert answer.status == 301
    assert answer.headers["location"].endswith(f"/repos/{there.full_name}/issues/1")
    assert bot.call("POST", f"issues/{issue}/comments", {"body": "z"}).status == 404
    assert [row["body"] for row in there.comments(1)] == ["one"]


def test_a_locked_issue_hears_collaborators_only(repository: Repository, bot: Bot) -> None:
    issue = repository.person("eve").open_issue("x", "y")
    repository.person("ann").lock_issue(issue)

    answer = bot.call("POST", f"issues/{issue}/comments", {"body": "z"})
    repository.person("bob").comment(issue, "Sorry.")

    assert answer.status == 403
    assert reason(answer) == "Unable to create comment because issue is locked."
    assert [row["user"]["login"] for row in repository.comments(issue)] == ["bob"]


def test_issues_may_be_switched_off(repository: Repository, bot: Bot) -> None:
    repository.set(has_issues=False)

    assert bot.call("POST", "issues", {"title": "x"}).status == 410


# Rights and limits


def test_a_token_that_nobody_made_is_refused(repository: Repository) -> None:
    assert repository.call("GET", "", token="ghs_made_up").status == 401  # noqa: S106 - it is none


@pytest.mark.parametrize(
    ("right", "request_"),
    [
        ("issues", ("POST", "issues/1/comments", {"body": "x"})),
        ("issues", ("PATCH", "issues/1", {"state": "closed"})),
        ("issues", ("POST", "issues/1/labels", {"labels": ["bug"]})),
        ("pull-requests", ("POST", "issues/2/comments", {"body": "x"})),
        ("pull-requests", ("PATCH", "pulls/2", {"title": "y"})),
        ("contents", ("DELETE", "git/refs/heads/a", None)),
        ("contents", ("PUT", "pulls/2/merge", {})),
        ("statuses", ("POST", "statuses/{tip}", {"state": "success"})),
    ],
)
def test_a_token_may_do_what_its_job_may(
    repository: Repository, bot: Bot, right: str, request_: tuple[str, str, object]
) -> None:
    repository.person("eve").open_issue("x", "y")
    bot.pull("a")
    rest = Bot(repository, {name: level for name, level in RIGHTS.items() if name != right})
    only = Bot(repository, {right: "write"})
    method, path, body = request_
    at = path.format(tip=bot.tip())

    refused = rest.call(method, at, body)

    assert (refused.status, reason(refused)) == (403, "Resource not accessible by integration")
    assert only.call(method, at, body).status < 300


def test_a_workflow_token_does_not_change_workflows(bot: Bot) -> None:
    row = {"path": ".github/workflows/x.yml", "mode": "100644", "type": "blob", "content": "x"}

    answer = bot.call("POST", "git/trees", {"base_tree": bot.tip(), "tree": [row]})

    assert answer.status == 403


@pytest.mark.parametrize(
    "switch",
    ["can_approve_pull_request_reviews", "organisation_can_approve_pull_request_reviews"],
)
def test_workflows_may_be_kept_from_opening_pull_requests(
    repository: Repository, bot: Bot, switch: str
) -> None:
    bot.branch("a", {"x": "y"})
    repository.set(**{switch: False})

    answer = bot.open("a")

    assert answer.status == 403
    assert reason(answer) == ("GitHub Actions is not permitted to create or approve pull requests.")
    assert repository.person("bob").open_pull("a", "Mine") == 1


def test_everybody_may_read_a_public_repository(repository: Repository, bot: Bot) -> None:
    repository.person("eve")

    def permission(login: str) -> Answer:
        return bot.call("GET", f"collaborators/{login}/permission")

    found = [permission(login).json["permission"] for login in ("ann", "bob", "eve")]
    assert found == ["admin", "write", "read"]
    assert permission("nobody-at-all").status == 404
    assert permission("github-actions[bot]").status == 404


def test_a_protected_branch_wants_reviews_and_statuses(repository: Repository, bot: Bot) -> None:
    number = bot.pull("a")
    repository.protect(contexts=["list bot"])
    pushed = bot.call("PATCH", "git/refs/heads/main", {"sha": bot.tip("a")})

    early = bot.call("PUT", f"pulls/{number}/merge", {})
    bot.call("POST", f"statuses/{bot.tip('a')}", {"context": "list bot", "state": "success"})
    late = bot.call("PUT", f"pulls/{number}/merge", {})

    assert [pushed.status, early.status, late.status] == [422, 405, 200]


def test_a_token_has_so_many_calls(repository: Repository, bot: Bot) -> None:
    repository.set_remaining(bot.token, 1)

    last, refused = bot.call("GET", "issues"), bot.call("GET", "issues")

    assert (last.status, last.headers["x-ratelimit-remaining"]) == (200, "0")
    assert refused.status == 403
    assert int(refused.headers["x-ratelimit-reset"]) > 0
    assert repository.box.call("GET", "/rate_limit", token=bot.token).json["rate"]["remaining"] == 0


def test_settings_that_a_job_may_not_read_are_refused(repository: Repository, bot: Bot) -> None:
    org = repository.box.call("GET", "/orgs/lab/actions/permissions/workflow", token=bot.token)
    hidden = ["actions/permissions/workflow", "branches/main/protection", "pages"]

    assert org.status == 403
    assert [bot.call("GET", path).status for path in hidden] == [403, 403, 403]


def test_settings_are_read_with_the_right_to(repository: Repository) -> None:
    reader = Bot(repository, {"administration": "read", "pages": "read"})
    before = [reader.call("GET", path).status for path in ("branches/main/protection", "pages")]
    repository.protect(reviews=1)
    repository.set(pages={}, can_approve_pull_request_reviews=False)

    after = [reader.call("GET", path).status for path in ("branches/main/protection", "pages")]

    assert (before, after) == ([404, 404], [200, 200])
    switch = reader.call("GET", "actions/permissions/workflow").json
    assert switch["can_approve_pull_request_reviews"] is False
    assert reader.call("GET", "branches/main").json["protected"] is True


def test_workflows_are_listed_with_their_state(box: Box) -> None:
    path = ".github/workflows/reconcile.yml"
    repository = box.repository({path: "name: Reconcile\n"}, people={"ann": "admin"})
    repository.set(workflows={path: "disabled_inactivity"})
    bot = Bot(repository, {"actions": "write"})

    (row,) = bot.call("GET", "actions/workflows").json["workflows"]
    bot.call("PUT", "actions/workflows/reconcile.yml/enable")
    (then,) = bot.call("GET", "actions/workflows").json["workflows"]

    assert (row["name"], row["state"]) == ("Reconcile", "disabled_inactivity")
    assert then["state"] == "active"


def test_an_archived_repository_is_only_read(repository: Repository, bot: Bot) -> None:
    repository.set(archived=True)

    assert bot.call("GET", "").json["archived"]
    assert bot.call("POST", "issues", {"title": "x"}).status == 403


def test_an_app_speaks_as_itself_and_starts_workflows(box: Box, repository: Repository) -> None:
    issue = repository.person("eve").open_issue("x", "y")
    app = repository.app("list-bot", {"issues": "write"})
    auth = Auth.AppAuth(str(app.app_id), app.private_key)
    integration = GithubIntegration(auth=auth, base_url=box.url, retry=None)
    installation = integration.get_repo_installation(*repository.full_name.split("/"))
    client = Github(
        auth=Auth.AppInstallationAuth(auth, installation.id), base_url=box.url, retry=None
    )

    client.get_repo(repository.full_name).get_issue(issue).create_comment("Hello.")

    (comment,) = repository.comments(issue)
    assert comment["user"]["login"] == "list-bot[bot]"
    assert repository.deliveries[-1].name == "issue_comment"


# Events and states


def test_what_people_do_is_delivered(repository: Repository, bot: Bot) -> None:
    eve, ann = repository.person("eve"), repository.person("ann")
    issue = eve.open_issue("x", "y", ["bug"])
    eve.edit_issue(issue, body="z")
    eve.comment(issue, "/help")
    number = bot.pull("a", body=f"Closes #{issue}")
    ann.merge_pull(number)

    found = [(one.name, one.action) for one in repository.deliveries]

    assert found == [
        ("issues", "opened"),
        ("issues", "labeled"),
        ("issues", "edited"),
        ("issue_comment", "created"),
        ("push", ""),
        ("pull_request", "closed"),
        ("issues", "closed"),
    ]


def test_a_delivery_is_whole(repository: Repository) -> None:
    eve = repository.person("eve")
    issue = eve.open_issue("x", "y")
    eve.edit_issue(issue, body="z")

    payload = repository.deliveries[-1].payload

    assert payload["changes"] == {"body": {"from": "y"}}
    assert payload["issue"]["body"] == "z"
    assert payload["issue"]["user"]["login"] == payload["sender"]["login"] == "eve"
    assert payload["repository"]["full_name"] == repository.full_name
    assert payload["repository"]["default_branch"] == "main"


def test_what_a_workflow_does_starts_no_workflow(repository: Repository, bot: Bot) -> None:
    number = bot.pull("a")
    bot.call("PUT", f"pulls/{number}/merge", {})

    assert repository.deliveries == ()


def test_news_come_once(repository: Repository) -> None:
    eve = repository.person("eve")
    eve.open_issue("x", "y")
    first = repository.news()
    eve.open_issue("x", "y")

    assert [len(first), len(repository.news()), len(repository.news())] == [1, 1, 0]


def test_the_same_deeds_end_in_the_same_state(box: Box) -> None:
    def state() -> dict[str, Any]:
        one = box.repository({"README.md": "x\n"}, people={"ann": "admin"})
        eve, bot = one.person("eve"), Bot(one)
        issue = eve.open_issue("Paper", f"See https://github.com/{one.full_name}", ["bug"])
        bot.call("POST", f"issues/{issue}/comments", {"body": f"At {bot.tip()}."})
        number = bot.pull("a", f"Closes #{issue}")
        bot.call("POST", f"statuses/{bot.tip('a')}", {"state": "success", "context": "list bot"})
        one.person("ann").merge_pull(number, "squash")
        return one.dump()

    first, second = state(), state()

    assert first == second
    assert first["issues"][0]["comments"] == [
        {"author": "github-actions[bot]", "body": "At COMMIT."}
    ]
    assert first["pulls"][0]["merged"] is True
    assert [one["message"] for one in first["commits"]["refs/heads/main"]] == [
        "Initial commit",
        "Add a paper (#2)",
    ]


# The correction itself


def test_a_correction_that_finds_no_place_ends_the_start(tmp_path: Path) -> None:
    """Another version of the emulator must not pass for a corrected one."""
    other = tmp_path / "node_modules" / "emulate" / "dist" / "dist-other.js"
    other.parent.mkdir(parents=True)
    other.write_text("var githubPlugin = {};", "utf-8")

    done = subprocess.run(
        [NODE, "--import", HERE / "github_box.mjs", other],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 70
    assert 'expected 1 places for "our routes come first, so they win", found 0' in done.stderr


def test_the_box_ends_with_whoever_started_it() -> None:
    program = (
        "import time\nfrom tests.e2e.box import Box\n"
        "box = Box().__enter__()\nprint(box._process.pid, flush=True)\ntime.sleep(60)\n"
    )
    root = HERE.parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root
    ) as owner:
        assert owner.stdout
        pid = owner.stdout.readline().strip()
        owner.send_signal(signal.SIGKILL)
    done = subprocess.run(
        ["timeout", "5", "tail", "-s", "0.02", f"--pid={pid}", "-f", "/dev/null"], check=False
    )

    assert done.returncode == 0
