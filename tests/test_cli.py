import subprocess
import sys

import pytest

from bot import __version__, cli
from tests.making import Listing


def test_help_names_every_job(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--help"])

    told = capsys.readouterr().out
    assert left.value.code == 0
    assert all(f"    {job.name} " in told for job in cli.JOBS)


@pytest.mark.parametrize("job", [job.name for job in cli.JOBS])
def test_every_job_has_help_of_its_own(job: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([job, "--help"])

    assert left.value.code == 0
    assert f"usage: bot {job}" in capsys.readouterr().out


@pytest.mark.parametrize("usage", [[], ["juggle"], ["build", "--fast"], ["import"]])
def test_wrong_usage_is_told_with_exit_code_2(usage: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(usage)

    assert left.value.code == 2


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--version"], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == __version__


def test_the_root_may_stand_before_or_after_the_job(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")

    assert cli.main(["--root", str(listing.root), "check"]) == 0
    assert cli.main(["check", "--root", str(listing.root)]) == 0
    assert cli.main(["check"]) == 2


def test_a_setting_that_cannot_be_used_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_PACE", "fast")

    assert cli.main(["check"]) == 2
    assert "BOT_PACE is 'fast'" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_a_failure(
    listing: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.write("out/README.md/x", "a folder where a file has to be")

    assert cli.main(["build", "--out", "out"]) == 3
    assert "bot: Is a directory" in capsys.readouterr().err


def test_a_defect_ends_in_one_line(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del listing
    monkeypatch.setattr("bot.jobs.build.run", lambda *_: 1 // 0)

    assert cli.main(["build"]) == 3
    told = capsys.readouterr().err
    assert told.startswith("bot: a defect of the bot, please report it: ZeroDivisionError")
    assert told.count("\n") == 1


def test_an_interrupt_is_a_failure_without_words(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    del listing

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.jobs.build.run", interrupted)

    assert cli.main(["build"]) == 3


def test_a_reader_that_goes_away_is_no_failure() -> None:
    code = (
        "import sys; from bot import cli; sys.exit(cli.main(['resolve', *['2405.90001'] * 20000]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()

        assert running.stderr.read() == b""
        assert running.wait(timeout=30) == 0
