"""Nothing that a repository configures is ever executed, whatever it names as a program."""

import os
from pathlib import Path

import pytest

from data.sources.git.clone import read_clone
from tests.support.repositories import Repository, git
from tests.support.rows import at

LATEST = at("2026-12-31")
SETTINGS = {
    "hooks": "[core]\n\thooksPath = {folder}\n",
    "fsmonitor": "[core]\n\tfsmonitor = {program}\n",
    "pager": "[core]\n\tpager = {program}\n[pager]\n\tlog = {program}\n\tcat-file = {program}\n",
    "textconv": '[diff "x"]\n\ttextconv = {program}\n\tcommand = {program}\n[diff]\n\texternal = {program}\n',
    "signature": "[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {program}\n",
    "include": "[include]\n\tpath = {folder}/more\n",
    "alias": "[alias]\n\tlog = !{program}\n\tcat-file = !{program}\n",
    "fetch": (
        "[core]\n\tsshCommand = {program}\n\trepositoryformatversion = 1\n"
        "[extensions]\n\tpartialClone = origin\n"
        '[remote "origin"]\n\turl = ssh://x/y\n\tpromisor = true\n\tuploadpack = {program}\n'
    ),
    "alternates": "[core]\n\talternateRefsCommand = {program}\n",
    "filter": '[filter "x"]\n\tsmudge = {program}\n\tclean = {program}\n\tprocess = {program}\n',
}


@pytest.fixture
def hostile(tmp_path: Path) -> Repository:
    """A repository whose commit claims a signature, with a program beside it that leaves a trace."""
    shop = Repository.made(tmp_path / "shop")
    tree = git(shop.path, "mktree", given="")
    stamp = f"Ann <a@a.example> {at('2026-03-02') // 1000} +0000"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    text = f"tree {tree}\nauthor {stamp}\ncommitter {stamp}\n{signature}\n\nAB-1 pay\n"
    made = git(shop.path, "hash-object", "-t", "commit", "-w", "--stdin", given=text)
    git(shop.path, "update-ref", "refs/heads/main", made)
    shop.marks["one"] = made
    shop.tag("v1", "one", "2026-03-05")
    return shop


@pytest.mark.parametrize("kind", SETTINGS)
def test_nothing_of_it_is_executed(kind: str, hostile: Repository, tmp_path: Path) -> None:
    trace, program, folder = tmp_path / "trace", tmp_path / "evil.sh", tmp_path / "hooks"
    program.write_text(f"#!/bin/sh\ntouch {trace}\n")
    program.chmod(0o755)
    folder.mkdir()
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout"):
        (folder / hook).symlink_to(program)
    (folder / "more").write_text(
        f"[core]\n\tpager = {program}\n[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {program}\n"
    )
    config = hostile.path / ".git" / "config"
    config.write_text(config.read_text() + SETTINGS[kind].format(program=program, folder=folder))
    told = read_clone(hostile.path, (), "", LATEST)

    assert told is not None
    assert [change.issues for change in told.changes] == [("AB-1",)]
    assert not trace.exists()


def test_the_trace_can_be_left(hostile: Repository, tmp_path: Path) -> None:
    """The same settings do run their program for whoever calls git in that folder plainly."""
    trace, program = tmp_path / "trace", tmp_path / "evil.sh"
    program.write_text(f"#!/bin/sh\ntouch {trace}\n")
    program.chmod(0o755)
    config = hostile.path / ".git" / "config"
    config.write_text(config.read_text() + SETTINGS["signature"].format(program=program))
    git(hostile.path, "log", "-1")

    assert trace.exists()


def test_what_the_caller_has_set_for_git_does_not_lead_elsewhere(
    hostile: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "log.showSignature")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")

    assert read_clone(hostile.path, (), "", LATEST) is not None


def test_nothing_is_written_into_it(hostile: Repository) -> None:
    before = {path: path.stat().st_mtime_ns for path in hostile.path.rglob("*")}
    read_clone(hostile.path, (), "", LATEST)

    assert {path: path.stat().st_mtime_ns for path in hostile.path.rglob("*")} == before


@pytest.mark.skipif(os.name == "nt", reason="names of folders")
@pytest.mark.parametrize("name", ['"quoted"', "#comment", "two\nlines", "-option", "sp ace"])
def test_folders_of_any_name(name: str, hostile: Repository, tmp_path: Path) -> None:
    """What lists borrowed objects is read line by line, and quotes and comments mean something there."""
    place = tmp_path / name
    hostile.path.rename(place)

    assert read_clone(place, (), "", LATEST) is not None
