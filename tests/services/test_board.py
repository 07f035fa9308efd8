# SPDX-License-Identifier: GPL-2.0-or-later
"""The board in a browser, read by clicks and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from harness.board import GivenPlan, Issue, RunFolders, content, page
from harness.board.links import FILES
from harness.history.model import CellState, Mark, NightState, RunSummary, Test
from harness.results import Verdict
from tests.services.chromium import chromium, complaints, emulate, requested
from tests.unit.board.factory import FIRST, MemoryHistory, Synthetic, a_cell, a_night, a_test
from tests.unit.board.test_attempts import with_run
from tests.unit.board.test_coding import HOSTILE

AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
pytestmark = pytest.mark.timeout(180)  # browsers start slowly on a slow machine
REGRESSION = "reference/hwsim/acme/roaming"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    """One browser for all."""
    with chromium() as one:
        yield one


def written(folder: Path, history: MemoryHistory) -> str:
    """The URL of the board of a history, in a folder."""
    file = folder / "board.html"
    file.write_text(page(content(history, history.nights(), RunFolders(folder), AT)))
    return file.as_uri()


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A board of 40 nights of 30 tests; the runs of the newest night are there, others pruned."""
    folder = tmp_path_factory.mktemp("runs")
    history = Synthetic(nights=40, tests=30, runs_folder=str(folder)).made()
    for cell in history.all_nights[-1].cells:
        for attempt in cell.attempts:
            (folder / str(attempt.run_id)).mkdir()
            for name in FILES:
                (folder / str(attempt.run_id) / name).write_text(f"{name} of {attempt.run_id}")
    return written(folder, history)


@pytest.fixture(name="open_board")
def _open_board(browser: Chrome, board: str) -> Callable[..., Chrome]:
    """Opens the board in a tab of its own, so that the back button is its own, too."""

    def opened(state: str = "") -> Chrome:
        browser.switch_to.new_window("tab")
        requested(browser), complaints(browser)
        browser.get(board + state)
        return browser

    emulate(browser)
    return opened


def until(browser: Chrome, condition: Callable[[], Any]) -> None:
    """Wait until something is so."""
    WebDriverWait(browser, 10, 0.02).until(lambda _: condition())


def find(browser: Chrome, css: str) -> WebElement:
    """The first element that fits."""
    return browser.find_element(By.CSS_SELECTOR, css)


def texts(browser: Chrome, css: str) -> list[str]:
    """What the elements that fit show."""
    return [one.text for one in browser.find_elements(By.CSS_SELECTOR, css)]


def hash_of(browser: Chrome) -> str:
    """The state in the address."""
    return str(browser.execute_script("return location.hash"))


def rows(browser: Chrome) -> list[str]:
    """The names of the tests in sight in the matrix."""
    return texts(browser, "#sheet .line:not(.heads) .name span")


def focused(browser: Chrome) -> str:
    """What a screen reader says of what has the focus."""
    return browser.switch_to.active_element.get_attribute("aria-label") or ""


def keys(browser: Chrome, *some: str) -> None:
    """Press keys wherever the focus is."""
    ActionChains(browser).send_keys(*some).perform()


def test_the_top_says_what_changed_and_the_verdict(open_board: Callable[..., Chrome]) -> None:
    """In one line, as filters, and as a list with the worst first."""
    browser = open_board()
    assert find(browser, "#verdict").text == "FAIL"
    assert texts(browser, "#changes .chip") == [
        "regression 3", "still failing 2", "fixed 1", "new pass 2", "disappeared 1",
    ]  # fmt: skip
    assert find(browser, "h1").text == (
        "2026-02-09: 3 regressions, 2 still failing, 1 fixed, 2 new passes, 1 disappeared."
    )
    listed = texts(browser, "#list tr")
    assert [one for one in listed if "regression" in one] == listed[:3]
    assert any("POST-05 in 2 of 5" in one for one in listed)


def test_nothing_is_fetched_and_nothing_is_refused(open_board: Callable[..., Chrome]) -> None:
    """The one request is for the page itself; the policy of the page stopped nothing."""
    browser = open_board()
    find(browser, "#list .link").click()
    assert requested(browser) == [browser.current_url.partition("#")[0]]
    assert complaints(browser) == []


def test_a_filter_is_in_the_address_survives_a_reload_and_is_undone_by_back(
    open_board: Callable[..., Chrome],
) -> None:
    """By clicks; two filters, undone one by one."""
    browser = open_board()
    all_rows = rows(browser)
    find(browser, "#changes [data-value='still failing']").click()
    kept = rows(browser)
    assert len(kept) == 2
    assert hash_of(browser) == "#change=still+failing"
    Select(find(browser, "#dll")).select_by_value("acme")
    assert hash_of(browser) == "#dll=acme&change=still+failing"
    browser.refresh()
    assert rows(browser) == [one for one in kept if " · acme · " in one]
    assert Select(find(browser, "#dll")).first_selected_option.text == "acme"
    browser.back()
    until(browser, lambda: rows(browser) == kept)
    browser.back()
    until(browser, lambda: rows(browser) == all_rows)
    assert hash_of(browser) == ""


def test_words_narrow_the_tests_while_they_are_typed(open_board: Callable[..., Chrome]) -> None:
    """One step back undoes the whole word."""
    browser = open_board()
    find(browser, "#text").send_keys("M4 acme-next")
    assert rows(browser)
    assert all("m4" in one and "acme-next" in one for one in rows(browser))
    browser.back()
    until(browser, lambda: hash_of(browser) == "")
    assert find(browser, "#text").get_attribute("value") == ""


def test_an_address_that_is_passed_on_shows_the_same(open_board: Callable[..., Chrome]) -> None:
    """The filters, and the place that was open."""
    browser = open_board()
    find(browser, "#verdicts [data-value='FAIL']").click()
    find(browser, "#list .link").click()
    shown, address = find(browser, "main").text, hash_of(browser)
    browser = open_board(address)
    assert find(browser, "main").text == shown


def test_gate_timing_and_known_issues_are_told(browser: Chrome, tmp_path: Path) -> None:
    """A stage that is slower is in the line at the top; an issue that expired says so."""
    history = Synthetic(nights=20, tests=8, samples=40, slower=range(19, 20)).made()
    history.all_runs = {
        one: replace(run, environment="4a4a-reference") for one, run in history.all_runs.items()
    }
    given = GivenPlan(
        {history.all_nights[-1].id: ("3 FAIL: 0 may fail",)},
        [Issue(Mark.KNOWN_ISSUE, "*/acme/*", "lost key", "WLAN-7", date(2026, 1, 31))],
    )
    folders = RunFolders(tmp_path)
    file = tmp_path / "board.html"
    file.write_text(page(content(history, history.nights(), folders, AT, given)))
    browser.get(file.as_uri())
    assert " slower." in find(browser, "h1").text
    assert "does not hold: 3 FAIL: 0 may fail" in find(browser, "#facts").text
    assert "M1 → M2 of " in find(browser, "#list").text
    assert "expired on 2026-01-31" in find(browser, "#planned").text


def test_an_address_of_another_history_is_no_error(open_board: Callable[..., Chrome]) -> None:
    """A night or a test that is not there is not shown; the rest is."""
    browser = open_board("#at=gone~nowhere&to=gone&test=x&verdict=FAIL&plan=y&from=%3Cb%3E")
    assert rows(browser)
    assert not find(browser, "#details").is_displayed()
    assert complaints(browser) == []


def test_another_night_is_shown_by_its_head(open_board: Callable[..., Chrome]) -> None:
    """All that is on the page is then about that night and those before."""
    browser = open_board()
    browser.find_elements(By.CSS_SELECTOR, "#sheet .night")[-4].click()
    assert find(browser, "h1").text.startswith("2026-02-06: ")
    assert hash_of(browser).startswith("#to=20260206T")
    assert texts(browser, "#sheet .night.shown") == ["06"]


def test_the_matrix_by_keys(open_board: Callable[..., Chrome]) -> None:
    """Tab reaches one place of it; arrows move, Enter opens, Escape closes."""
    browser = open_board()
    assert (
        browser.execute_script("return document.querySelectorAll('#grid [tabindex=\"0\"]').length")
        == 1
    )
    keys(browser, Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the matrix"
    keys(browser, Keys.ENTER)
    scenario, dll, guest = rows(browser)[0].split(" · ")
    first = f"{guest}/hwsim/{dll}/{scenario}"
    assert focused(browser).startswith(f"{first}, 2026-02-09, ")
    keys(browser, Keys.ARROW_DOWN, Keys.ARROW_LEFT)
    assert ", 2026-02-08, " in focused(browser)
    assert not focused(browser).startswith(first)
    keys(browser, Keys.HOME)
    assert focused(browser).endswith("flips")
    keys(browser, Keys.ARROW_UP, Keys.ARROW_UP)
    keys(browser, Keys.END)
    assert focused(browser).startswith("night of 2026-02-09")
    keys(browser, Keys.ARROW_DOWN, Keys.ENTER)
    assert find(browser, "#details").is_displayed()
    assert "at=" in hash_of(browser)
    browser.back()
    until(browser, lambda: not find(browser, "#details").is_displayed())


def test_escape_closes_the_place_and_returns_to_it(open_board: Callable[..., Chrome]) -> None:
    """The focus is where it was."""
    browser = open_board()
    find(browser, ".skip").send_keys(Keys.ENTER)
    where = focused(browser)
    keys(browser, Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "details"
    keys(browser, Keys.ESCAPE)
    assert not find(browser, "#details").is_displayed()
    assert focused(browser) == where


def test_far_ends_of_the_matrix_come_into_sight(open_board: Callable[..., Chrome]) -> None:
    """What has the focus is in the document, though most of the matrix is not."""
    browser = open_board()
    find(browser, ".skip").send_keys(Keys.ENTER)
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.END).key_up(Keys.CONTROL).perform()
    last = focused(browser)
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.HOME).key_up(Keys.CONTROL).perform()
    assert "2026-01-01" in focused(browser)
    assert focused(browser) != last
    assert find(browser, "#sheet .night").text == "2026-01\n01"


def test_a_failure_shows_its_evidence_and_copies_its_line(
    open_board: Callable[..., Chrome],
) -> None:
    """The links lead to the files of the run; the line is what was recorded."""
    browser = open_board()
    find(browser, f"#list .link[title='{REGRESSION}']").click()
    details = find(browser, "#details")
    assert "Fails since" in details.text or "Fails for the first night" in details.text
    assert "POST-05" in details.text
    assert "retry 1" in details.text
    browser.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    details.find_element(By.CSS_SELECTOR, ".copy").click()
    until(browser, lambda: details.find_element(By.CSS_SELECTOR, ".copy").text == "Copied")
    copied = browser.execute_async_script(
        "const end = arguments[0]; navigator.clipboard.readText().then(end, (e) => end(String(e)))"
    )
    assert copied == "./hil run --dll builds/acme.dll -n 5 roaming"
    details.find_element(By.LINK_TEXT, "trace").click()
    assert "ihv-trace.jsonl of " in find(browser, "body").text


def test_a_run_that_was_pruned_is_told_plainly(open_board: Callable[..., Chrome]) -> None:
    """There is no link that leads nowhere."""
    browser = open_board()
    browser.execute_script(
        "go({ at: placeName(NIGHTS - 2, testIds.indexOf('reference/hwsim/acme/roaming')) })"
    )
    assert "is not there any more (pruned or moved)" in find(browser, "#details").text
    assert find(browser, "#details").find_elements(By.LINK_TEXT, "report") == []


def test_verdicts_are_told_apart_by_letter_and_shape(open_board: Callable[..., Chrome]) -> None:
    """A reader who sees no colours still tells the driver's failures from the lab's."""
    browser = open_board()
    shapes = browser.execute_script(
        "return ['FAIL','ERROR','MISS'].map((v) => {"
        "const one = document.querySelector(`#legend .v-${v}`);"
        "return [one.textContent, getComputedStyle(one).borderRadius]; })"
    )
    assert len({tuple(one) for one in shapes}) == 3
    assert len({shape for _, shape in shapes}) == 3


def test_dark_by_the_systems_choice_and_by_the_switch(open_board: Callable[..., Chrome]) -> None:
    """The switch outlasts a reload."""
    browser = open_board()

    def ground() -> str:
        """The colour the page stands on."""
        return find(browser, "body").value_of_css_property("background-color")

    light = ground()
    emulate(browser, prefers_color_scheme="dark")
    dark = ground()
    assert dark != light
    find(browser, "#theme").click()  # light
    assert ground() == light
    find(browser, "#theme").click()  # dark
    emulate(browser, prefers_color_scheme="light")
    assert ground() == dark
    browser.refresh()
    assert ground() == dark
    find(browser, "#theme").click()  # as the system
    assert ground() == light


def test_printed_it_is_whole_and_without_controls(open_board: Callable[..., Chrome]) -> None:
    """All tests of the selection are there, with the newest nights, and nothing to press."""
    browser = open_board()
    emulate(browser, media="print")
    until(browser, lambda: find(browser, "#sheet").get_attribute("class") == "sheet printing")
    assert len(rows(browser)) == 30
    assert not find(browser, "#filters").is_displayed()
    assert not find(browser, "#theme").is_displayed()
    assert find(browser, "h1").is_displayed()


def test_narrow_it_scrolls_in_the_matrix_only(open_board: Callable[..., Chrome]) -> None:
    """The page itself is as wide as a telephone."""
    browser = open_board()
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        wide = "const page = document.documentElement; return page.scrollWidth - page.clientWidth"
        assert browser.execute_script(wide) == 0
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_night_that_was_cut_off_has_not_passed(browser: Chrome, tmp_path: Path) -> None:
    """What did not run is said first; the month over its column is whole."""
    cells = [a_cell(a_test(), Verdict.PASS)]
    cells += [a_cell(a_test(f"left-{n}"), state=CellState.PLANNED, position=n) for n in (1, 2)]
    night = replace(a_night(*cells), state=NightState.INTERRUPTED)
    browser.get(written(tmp_path, MemoryHistory([night])))
    assert find(browser, "#verdict").text == "MISS"
    assert find(browser, "h1").text == f"{FIRST:%Y-%m-%d}: 2 of 3 tests did not run."
    head, names = find(browser, ".night small").rect, find(browser, "#sheet .name").rect
    assert head["x"] >= names["x"] + names["width"]


def test_hostile_names_are_shown_as_text(browser: Chrome, tmp_path: Path) -> None:
    """Wherever the page shows them; nothing of them runs."""
    test = Test("reference", "hwsim", HOSTILE, HOSTILE)
    run = RunSummary(
        "r1", test, None, FIRST, 9.0, Verdict.FAIL, HOSTILE, 5, None, "env",
        str(tmp_path / "javascript:alert(1)" / "a\"><b>"), HOSTILE,
    )  # fmt: skip
    night = a_night(with_run(a_cell(test, Verdict.FAIL), "r1", reason=HOSTILE), plan=HOSTILE)
    browser.get(written(tmp_path, MemoryHistory([night], {"r1": run})))
    find(browser, "#list .link").click()
    assert "</script><script>alert(1)" in find(browser, "#details").text
    assert browser.find_elements(By.CSS_SELECTOR, "main img, main script, main b b") == []
    assert complaints(browser) == []


def test_a_history_without_nights_says_so(browser: Chrome, tmp_path: Path) -> None:
    """A page is a page."""
    browser.get(written(tmp_path, MemoryHistory()))
    assert find(browser, "h1").text == "There is no night to show."
    assert complaints(browser) == []
