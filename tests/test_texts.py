from docs import texts


def test_all_that_the_site_says_stands_in_one_file():
    assert texts.write() == texts.OUT.read_text(), "the site says something else now: run scripts/texts and read it"


def test_a_new_sentence_is_found_wherever_it_is_said():
    template = '<p title="A hint">One <a href="/x">two</a> {{ name }} three.</p>{{ ask("Are you sure?") }}'
    found = list(texts.in_template(f"{template}<script>No text.</script>"))
    assert found == ["A hint", "One two … three.", "Are you sure?"]
    assert list(texts.in_script('/** No text. */ say(`Read ${count} of them.`); import "./x.js";')) == [
        "Read … of them."
    ]
    module = '"""No text."""\nname = "no text"\nabort(400, f"There is no {name} here.")\nflash("It is done.")\n'
    assert list(texts.in_module(module)) == ["There is no … here.", "It is done."]
