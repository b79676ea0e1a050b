"""A table that was read is edited as in a spreadsheet, and taken along."""

import pytest
from playwright.sync_api import expect

from tests.browser.pen import by_mouse
from tests.browser.test_history import labels
from tests.browser.test_upload import send
from tests.drawing import FOUR, SEVEN, SEVEN_PNG, ZERO
from tests.processes import wait_until
from tests.webapp.test_tables import TABLE

READ = "7\t4\n0\t7\n\t4"
FILES = {"table.png": TABLE, "seven.png": SEVEN_PNG}
DRAWN = [
    [(x + 2.2 * column, y + 1.3 * row) for x, y in stroke]
    for row, digits in enumerate([[SEVEN, FOUR], [ZERO, SEVEN]])
    for column, digit in enumerate(digits)
    for stroke in digit
]


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def scripted(request):
    return request.param


def answered(visit, **options):
    page = visit("/upload", **options)
    send(page, TABLE, "table.png")
    page.wait_for_url("**/history/*")
    page.wait_for_load_state()
    return page


@pytest.fixture
def page(visit):
    return answered(visit)


def cell(page, row, column):
    return page.get_by_label(f"Row {row}, column {column}")


def test_keys_go_from_cell_to_cell_as_in_a_spreadsheet(page):
    cell(page, 1, 1).click()
    for key, row, column in (
        ("ArrowRight", 1, 2),
        ("ArrowDown", 2, 2),
        ("Enter", 3, 2),
        ("ArrowLeft", 3, 1),
        ("ArrowUp", 2, 1),
        ("Shift+Enter", 1, 1),
        ("ArrowUp", 1, 1),
        ("ArrowLeft", 1, 1),
        ("Tab", 1, 2),
    ):
        page.keyboard.press(key)
        expect(cell(page, row, column)).to_be_focused()
    page.keyboard.type("-12")
    page.keyboard.press("ArrowLeft")  # within what was typed
    expect(cell(page, 1, 2)).to_be_focused()
    page.keyboard.press("Enter")
    wait_until(lambda: labels(page) == [("7\t-12\n0\t7\n\t4", True)])
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(cell(page, 1, 2)).to_have_value("4")
    assert labels(page) == [(READ, None)]


def test_a_cell_and_its_digits_show_each_other(page):
    cell(page, 3, 2).click()
    lit = page.locator(".boxed .lit")
    expect(lit).to_have_count(1)
    expect(lit).to_have_attribute("href", "#digit-5")
    page.get_by_role("link", name="Digit 3 of 5").click()
    expect(cell(page, 2, 1)).to_be_focused()
    page.keyboard.press("8")
    wait_until(lambda: labels(page) == [("7\t4\n8\t7\n\t4", True)])


def test_it_is_copied_as_cells_and_cells_are_pasted(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    read = "async (kind) => (await (await navigator.clipboard.read())[0].getType(kind)).text()"
    assert page.evaluate(read, "text/plain").replace("\r", "") == READ
    assert "<tr><td>7</td><td>4</td></tr><tr><td>0</td>" in page.evaluate(read, "text/html")
    page.evaluate("navigator.clipboard.writeText('1\\t2\\r\\n3\\t4\\r\\n')")
    cell(page, 2, 1).click()
    page.keyboard.press("Control+v")
    wait_until(lambda: labels(page) == [("7\t4\n1\t2\n3\t4", True)])


def test_without_the_clipboard_of_secure_pages_it_is_copied_all_the_same(page):
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("window.addEventListener('copy', (e) => (window.taken = e.clipboardData.getData('text/plain')))")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("window.taken") == READ


def test_with_and_without_scripts_it_is_corrected_and_downloaded(visit, scripted):
    page = answered(visit, java_script_enabled=scripted)
    cell(page, 3, 1).fill("1")
    if scripted:
        cell(page, 3, 1).press("Enter")
    else:
        page.get_by_role("button", name="Save").click()
    wait_until(lambda: labels(page) == [("7\t4\n0\t7\n1\t4", True)])
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.path().read_text() == "7,4\n0,7\n1,4\n"


def test_a_table_among_many_pictures_is_corrected_in_its_row(visit):
    page = visit("/upload")
    kinds = [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in FILES.items()]
    page.get_by_label("Choose one or more photos").set_input_files(kinds)
    page.get_by_role("button", name="Recognise").click()
    page.get_by_text("All done.").wait_for()
    page.get_by_text("Table, 3 × 2").click()
    cell(page, 1, 1).click()
    page.keyboard.press("ArrowDown")
    expect(cell(page, 2, 1)).to_be_focused()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(page.locator("details .state")).to_contain_text("Corrected.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert "table.png,7\t4\n9\t7\n\t4," in download.value.path().read_text().replace('"', "")
    page.locator(".rows a .name").first.click()
    page.go_back()
    page.get_by_text("Table, 3 × 2").click()
    expect(cell(page, 2, 1)).to_have_value("9")


def test_a_table_that_is_drawn_has_the_same_keys(visit):
    page = visit("/")
    by_mouse(page, DRAWN)
    page.get_by_role("button", name="Keep this answer").click()
    expect(cell(page, 2, 2)).to_have_value("7")
    cell(page, 1, 1).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    page.keyboard.type("9")
    wait_until(lambda: labels(page) == [("7\t4\n0\t9", True)])
