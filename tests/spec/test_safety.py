"""Hostile specs: each ends soon, in little memory, with an ordinary message. Limits are small where the real ones take time."""

from __future__ import annotations

import builtins
import sys
import tracemalloc

import pytest

import archdsl
from archdsl.errors import Source, SpecError
from archdsl.ir.limits import Limits
from archdsl.spec import load
from archdsl.spec.load import load_source
from archdsl.spec.read_parameters import MAX_KNOBS
from archdsl.spec.report import Report
from archdsl.spec.yaml import TextLimits, compose

HEAD = "archdsl: 1\ninput: [3, 32, 32]\n"
SMALL = Limits(nodes=500, steps=2000)


def blocks(*definitions: str, net: str) -> str:
    return f"{HEAD}blocks:\n" + "".join(f"  {definition}\n" for definition in definitions) + f"net: {net}\n"


def message(text: str, limits: Limits | None = None) -> str:
    with pytest.raises(SpecError) as caught:
        archdsl.loads(text, limits=limits).graph()
    return str(caught.value)


# -- texts ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 10**5, "a: " + "{a: " * 10**5, "- " * 10**5, "".join(" " * i + "a:\n" for i in range(2000))]
)
def test_nesting(text: str) -> None:
    assert "nested deeper than 64 levels" in message(text)


def test_aliases_that_multiply() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "more than 250,000 values, aliases counted each time" in message("\n".join(lines))


def test_an_alias_inside_of_itself() -> None:
    assert "the alias *a stands inside what it names" in message("a: &a {b: [*a]}\n")


def test_texts_past_the_limits() -> None:
    small = TextLimits(bytes=100, depth=4, nodes=20)
    cases = {"a" * 101: "more than 100 characters", "[[[[[1]]]]]": "deeper than 4", f"[{'1,' * 30}]": "more than 20 values"}
    for text, expected in cases.items():
        with pytest.raises(SpecError, match=expected):
            compose(Source("text", text), small)


def test_the_limits_reach_imported_files_and_the_spec_itself() -> None:
    with pytest.raises(SpecError, match="more than 20 values"):
        load_source(Source("text", f"{HEAD}net: [{'relu,' * 30}]"), Report(), TextLimits(nodes=20))


def test_an_expansion_that_is_read_many_times_is_bounded() -> None:
    """What aliases stand for is read at each place: the bound on values is a bound on work."""
    steps = ", ".join(["{relu: {}}"] * 100)
    text = f"{HEAD}knobs: {{x: &s [{steps}]}}\nnet: [{', '.join(['{stage: a, body: *s}'] * 2000)}]\n"
    assert "more than 250,000 values" in message(text)


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!!python/object/apply:os.system", "!!python/name:os", "!foo"])
@pytest.mark.parametrize("value", ["x", "[ls]", "{a: 1}"])
def test_tags_do_nothing(tag: str, value: str) -> None:
    assert f"the tag {tag} is not allowed" in message(f"{HEAD}doc: {tag} {value}\nnet: [relu]\n")


def test_long_words_and_names() -> None:
    told = message(f"{HEAD}net: [{'a' * 10**5}, {{conv: {'b' * 10**5}}}, {{relu: {{}}, name: {'c' * 10**5}}}]\n")
    assert len(told) < 5000


def test_more_knobs_and_arguments_than_anyone_has() -> None:
    many = ", ".join(f"k{i}: 1" for i in range(MAX_KNOBS + 50))
    assert "more than 1,000 knobs" in message(f"{HEAD}knobs: {{{many}}}\nnet: [relu]\n")
    assert "more than 1,000 arguments" in message(blocks(f"b: {{args: {{{many}}}, body: [relu]}}", net="[b]"))


def test_knobs_that_read_each_other_in_a_long_chain() -> None:
    chain = ", ".join(f"k{i}: $k{i + 1} + 1" for i in range(MAX_KNOBS - 1))
    net = archdsl.loads(f"{HEAD}knobs: {{{chain}, k{MAX_KNOBS - 1}: 1}}\nnet: [{{conv: $k0}}]\n")
    assert net.knobs["k0"] == MAX_KNOBS


# -- structure -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{relu: {}, repeat: 1000000000}", "more than 500 operators"),
        ("{relu: {}, repeat: 99999999999999999999999}", "more than 500 operators"),
        ("{relu: {}, repeat: 1000000000, when: false}", "more than 2,000 steps"),
        ("{stage: a, repeat: 1000000000, body: []}", "more than 2,000 steps"),
        ("{fork: , join: add, repeat: 1000000000, paths: [[], []]}", "more than 500 operators"),
        ("{stage: a, for: {k: $l}, body: [{stage: b, for: {k: $l}, body: []}]}", "more than 2,000 steps"),
        ("{fork: , join: concat, for: {k: $l + $l + $l}, path: []}", "more than 2,000 steps"),
        ("{upsample: {scale: 1000}, repeat: 400}", "upsample makes a dimension of more than 2^40"),
        ("{concat: {}, from: [in, in], repeat: 1000}", "more than 500 operators"),
        ("{fork: , join: concat, repeat: 60, paths: [[], [], []]}", "concat makes a dimension of more than 2^40"),
        ("{pad: {sides: 1000000000000}, repeat: 3}", "pad makes a dimension of more than 2^40"),
    ],
)
def test_repetition(step: str, expected: str) -> None:
    told = message(f"{HEAD}knobs: {{l: [{', '.join(['1'] * 1000)}]}}\nnet: [{step}]\n", SMALL)
    assert expected in told
    assert told.count("error:") == 1


@pytest.mark.parametrize(
    "body",
    [
        "[b{}, b{}, b{}, b{}]",
        "[{{fork: , join: add, paths: [b{}, b{}, b{}]}}]",
        "[{{stage: s, body: [b{}, b{}]}}, b{}]",
    ],
)
@pytest.mark.parametrize("last", ["[relu]", "[]"])
def test_blocks_that_multiply(body: str, last: str) -> None:
    definitions = [f"b{i}: {{body: {body.replace('{}', str(i + 1)).format()}}}" for i in range(30)]
    told = message(blocks(*definitions, f"b30: {{body: {last}}}", net="[b0]"), SMALL)
    assert "raise the limit with --limits " in told
    assert told.count("error:") == 1, "the first limit ends it, other paths do not meet it again"


def test_arguments_that_multiply() -> None:
    lists = [f"b{i}: {{args: {{x: block}}, body: [{{b{i + 1}: {{x: [$x, $x, $x]}}}}]}}" for i in range(30)]
    last = "b30: {args: {x: block}, body: [$x]}"
    assert "a list of more than 10,000 values" in message(blocks(*lists, last, net="[{b0: {x: []}}]"))
    steps = [f"b{i}: {{args: {{x: block}}, body: [{{b{i + 1}: {{x: [{{$x: {{}}}}, {{$x: {{}}}}]}}}}]}}" for i in range(30)]
    told = message(blocks(*steps, last, net="[{b0: {x: relu}}]"), SMALL)
    assert "raise the limit" in told


@pytest.mark.parametrize("item", ["[$k{}, $k{}]", "$k{} + $k{}"])
def test_lists_that_double(item: str) -> None:
    knobs = "".join(f"  k{i + 1}: {item.format(i, i)}\n" for i in range(60))
    text = f"{HEAD}knobs:\n  k0: [1]\n{knobs}net: [{{relu: {{}}, when: $k60 == $k59}}]\n"
    assert "a list of more than 10,000 values" in message(text)


@pytest.mark.parametrize("formula", ["$w + $w", "$w * 1000000000", "$w % 5", "'%1000000000d' % 5"])
def test_words_are_not_calculated_with(formula: str) -> None:
    told = message(f'{HEAD}knobs: {{w: "%9d", x: "{formula} + $w"}}\nnet: [{{conv: $x}}]\n')
    assert "does not work on the word" in told


def test_blocks_and_paths_inside_each_other() -> None:
    deep = "{fork: , join: add, paths: [[], [" * 9
    definitions = [f"b{i}: {{body: [{deep}b{i + 1}{']]}' * 9}]}}" for i in range(60)]
    assert "too deep inside each other" in message(blocks(*definitions, "b60: {body: [relu]}", net="[b0]"))


def test_a_chain_of_blocks() -> None:
    definitions = [f"b{i}: {{body: [b{i + 1}]}}" for i in range(3000)]
    assert "blocks call each other deeper than 64 levels" in message(blocks(*definitions, "b3000: {body: [relu]}", net="[b0]"))


def test_many_mistakes_with_many_near_misses() -> None:
    known = ", ".join(f"{'abcdefghij' * 3}{i}: {{body: relu}}" for i in range(60))
    wrong = ", ".join(f"{'abcdefghik' * 3}{i}" for i in range(300))
    assert "more mistakes follow" in message(f"{HEAD}blocks: {{{known}}}\nnet: [{wrong}]\n")


def test_memory_stays_small() -> None:
    """Two thousand lines that each ask for 10^9 steps."""
    text = f"{HEAD}net:\n" + "  - {relu: {}, repeat: 1000000000, when: false}\n" * 2000
    tracemalloc.start()
    try:
        message(text, SMALL)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_nothing_is_read_outside_and_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading and elaborating a spec opens the files that it imports, and compiles or starts nothing."""
    seen: list[str] = []
    active = True

    def hook(event: str, args: tuple[object, ...]) -> None:
        if active and (event in ("exec", "os.system", "subprocess.Popen", "socket.connect") or (event == "open" and args[0])):
            seen.append(f"{event} {args[0] if event == 'open' else ''}")

    archdsl.loads(f"{HEAD}import: blocks/mobile\nnet: [{{conv3x3: 8}}]\n").graph()  # imports what is imported late
    sys.addaudithook(hook)
    monkeypatch.setattr(builtins, "eval", lambda *_: pytest.fail("eval was called"))
    load._shipped.cache_clear()
    archdsl.loads(f"{HEAD}import: blocks/mobile\nnet: [{{conv3x3: 8}}]\n").graph()
    active = False
    assert [event for event in seen if not event.endswith("blocks/mobile.yaml")] == []
    assert len(seen) == 1
