"""Whatever a file holds, loading it ends in a scenario or in one sentence, in time and in bounded memory."""

import json
import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scenario.country import copy, spoil

from custodes.errors import BadInput, BadScenario
from custodes.scenario import load as loading
from custodes.scenario.load import Scenario, load, load_policy
from custodes.scenario.policies import Policy
from custodes.scenario.problems import BadFile
from custodes.scenario.reading import MAX_BYTES, parse_yaml, read_yaml
from custodes.scenario.skeleton import check, new, problems

TOYLAND = (loading.builtin_folder() / "toyland" / "scenario.yaml").read_text("utf-8")
LINES = TOYLAND.splitlines()


def refused(call: Callable[[], Any]) -> str:
    """The sentence of the BadScenario that `call` must end in, within five seconds."""
    begun = time.monotonic()
    with pytest.raises(BadScenario) as caught:
        call()
    assert time.monotonic() - begun < 5
    said = str(caught.value)
    assert "\n" not in said
    assert said.isprintable()
    return said


def survives(folder: Path, content: bytes) -> None:
    """Loading `content` as scenario and as policy ends well or in a printable sentence."""
    file = folder / "scenario.yaml"
    file.write_bytes(content)
    for call, kind in ((load, Scenario), (load_policy, Policy)):
        said = ""
        try:
            assert isinstance(call(file), kind)  # type: ignore[operator]
        except BadScenario as problem:
            said = str(problem)
        assert said == "" or said.isprintable()  # a line break is not printable either


# --- any bytes, any text, any structure -------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    survives(tmp_path_factory.mktemp("any"), content)


@given(st.text(alphabet="abc:-[]{},#&*!|>'\"%@`?\t\n 0.9~<=e+_\\", max_size=200))
def test_any_punctuation(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    survives(tmp_path_factory.mktemp("any"), content.encode())


scalars = st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.floats() | st.text(max_size=20)
structures = st.recursive(
    scalars, lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=10), x, max_size=4), max_leaves=12
)
fields = st.sampled_from(
    [
        "name",
        "title",
        "start",
        "years",
        "population",
        "counties",
        "tables",
        "levers",
        "parameters",
        "timeline",
        "markets",
        "adjacent_provinces",
        "reference_population",
        "burn_in_weeks",
        "actions",
        "rationale",
    ]
)


@given(st.dictionaries(fields, structures, max_size=8))
def test_any_structure_under_known_names(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    survives(tmp_path_factory.mktemp("any"), json.dumps(data).encode())


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(LINES) - 1), st.sampled_from(["drop", "twice", "value", "dedent"]), st.text(max_size=12)
        ),
        min_size=1,
        max_size=3,
    )
)
def test_a_good_file_with_spoilt_lines(
    tmp_path_factory: pytest.TempPathFactory, wounds: list[tuple[int, str, str]]
) -> None:
    lines = list(LINES)
    for place, how, text in wounds:
        line = lines[place]
        lines[place] = {
            "drop": "",
            "twice": f"{line}\n{line}",
            "value": f"{line.partition(':')[0]}: {text}",
            "dedent": line.strip(),
        }[how]
    survives(tmp_path_factory.mktemp("any"), "\n".join(lines).encode("utf-8", "surrogatepass"))


@given(st.text(max_size=300))
def test_any_table_of_places(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "scenario.yaml").write_text(
        "name: mine\ntitle: Mine\nstart: 2017-01-02\npopulation: {total: 1000, source: x, grade: D}\n"
    )
    header = (
        "name,province,place_type,latitude,longitude,population,urban_share,soldiers,on_border,status,grade,source\n"
    )
    for text in (content, header + content):
        (folder / "places.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
        refused(lambda: load(folder))


# --- attacks ----------------------------------------------------------------------------------------------------------

ATTACKS: dict[str, tuple[bytes, str]] = {
    "an alias bomb": (b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "line 1: anchors and aliases are not allowed"),
    "a tag": (b"name: !!python/object/apply:os.system [ls]\n", "line 1: the tag"),
    "a tag on a scalar": (b"name: !!int 3\n", "line 1: the tag"),
    "depth in one line": (b"a: " + b"[" * 5000 + b"]" * 5000, "nested deeper than 24"),
    "depth in lines": (b"".join(b" " * i + b"a:\n" for i in range(900)), "nested deeper than 24"),
    "a key given twice": (b"name: a\ntitle: b\nname: c\n", "line 3: 'name' is given twice"),
    "a merge key": (b"<<: {a: 1}\n", "merge keys"),
    "a list as key": (b"? [a]\n: b\n", "a key must be plain text"),
    "two documents": (b"name: a\n---\nname: b\n", "second document"),
    "nothing": (b"", "empty"),
    "a comment": (b"# only\n", "empty"),
    "not text": (b"\xff\xfe\x00\x01", "not UTF-8"),
    "a null byte": (b"name: a\0b\n", "control characters"),
    "a terminal escape": (b"name: \x1b[2J\n", "control characters"),
    "infinity": (b"name: .inf\n", "not a finite number"),
    "a number without end": (b"years: " + b"9" * 19000, "too many digits"),
    "a long line": (b"name: " + b"x" * 30000, "longer than 20000"),
    "too many values": (b"a:\n" + b"- 1\n" * 30001, "more than 30000 values"),
    "too large": (b"# x\n" * (MAX_BYTES // 4 + 1), "larger than 1 million"),
    "a text": (b"hello", "must be a mapping"),
    "a broken bracket": (b"name: [a, b\ntitle: c\n", "not YAML"),
    "a tab": (b"a:\n\t- b\n", "line 2"),
}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("call", [load, load_policy])
def test_an_attack_is_answered_in_one_sentence(name: str, call: Callable[[Any], Any], tmp_path: Path) -> None:
    content, said = ATTACKS[name]
    file = tmp_path / "scenario.yaml"
    file.write_bytes(content)
    assert said in refused(lambda: call(file))


def test_a_file_just_below_the_limit_is_read_in_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_bytes(b"name: a\n" + b"key_%d: [1, 2, 3]\n" * 3 + b"".join(b"k%d: [1, 2]\n" % i for i in range(9000)))
    tracemalloc.start()
    said = refused(lambda: load(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
    assert "line" in said


@pytest.mark.parametrize("what", ["folder", "missing", "pipe", "/dev/zero", "/proc/self/mem", "loop"])
def test_what_is_no_file_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "loop":
        path.symlink_to(path)
    refused(lambda: read_yaml(Path(what) if what.startswith("/") else path, "x.yaml"))


# --- spoilt fields: file, line, field, mend ------------------------------------------------------------------------------

SPOILT = [
    ("years: 5", "yeers: 5", "'yeers': is not a field here. Did you mean 'years'?"),
    ("years: 5", "years: five", "'years': must be a whole number, not 'five'."),
    ("years: 5", "years: 0", "'years': must be greater than or equal to 1"),
    ("years: 5", "years: 5.5", "'years': must be a whole number"),
    ("years: 5", "years: true", "'years': must be a number, not true."),
    ("start: 2017-01-02", "start: 2017-01-03", "'start': the start must be a Monday, such as 2017-01-02."),
    ("start: 2017-01-02", "start: 2017-02-30", "'start': must be a valid date"),
    ("start: 2017-01-02", "start: 0001-01-01", "'start': must be greater than or equal to"),
    ("  total: 40700", "  total: 900", "'population': the total 900 is not above the 1200 soldiers."),
    (
        "place_type: capital, lat",
        "place_type: capitol, lat",
        "'place_type': must be 'capital', 'border', 'inner' or 'rural', not",
    ),
    ("place_type: capital, lat", "place_type: inner, lat", "'place_type': no county is the capital."),
    ("name: Millbrook", "name: Castleton", "'name': 'Castleton' is listed twice."),
    ("latitude: 40.00", "latitude: 400", "'latitude': must be less than or equal to 90, not '400'."),
    ("soldiers: 160", "soldiers: -1", "'soldiers': must be greater than or equal to 0"),
    (
        "- [Heartland, Marches]",
        "- [Heartland, March]",
        "'March': is not a province of any county. Did you mean 'Marches'?",
    ),
    ("  Marches: 3", "  Marshes: 3", "'Marshes': is not a province of any county. Did you mean 'Marches'?"),
    ("values: {mean: 3.9}", "values: {mean: 39}", "'household_size': the mean must be 1.2 to 7.5 persons, not 39."),
    ("agriculture: 0.36", "agriculture: 0.37", "'occupations': its shares must add up to 1, not 1.010000."),
    ("  border_risk: 0.5", "  border_risc: 0.5", "'border_risc': is not a lever. Did you mean 'border_risk'?"),
    ("  border_risk: 0.5", "  border_risk: 5", "'border_risk': 5 is outside 0 to 1 (share)."),
    ("  border_risk: 0.5", "  rally: 0.5", "'rally': is an impulse and cannot stand."),
    ("  fear.decay:", "  fear.dekay:", "'fear.dekay': is not a parameter. Did you mean 'fear.decay'?"),
    ("    value: 0.05", "    value: 5", "'fear.decay': 5 is outside 0 to 1."),
    ("    lever: trade_cut", "    lever: trade", "'lever': 'trade' is not a lever."),
    ("    organ: state_security", "    organ: state", "'organ': 'state' is not an organ"),
    ("    until: 2020-07-06", "    until: 2019-01-07", "'until': must be later than 'date'."),
    (
        "    lever: trade_cut",
        "    lever: trade_cut\n    organ: police",
        "'organ': 'trade_cut' is one value for the country.",
    ),
]


@pytest.mark.parametrize(("old", "to", "said"), SPOILT)
def test_a_spoilt_field_is_named_with_its_line(old: str, to: str, said: str, tmp_path: Path) -> None:
    file = copy(tmp_path)
    line = spoil(file, old, to)
    message = refused(lambda: load(file))
    assert said in message
    assert message.startswith("mine/scenario.yaml, line ")
    named = int(message.split("line ")[1].split(":")[0])
    assert abs(named - line) <= 2 or "capital" in said or "listed twice" in said or "soldiers" in said


def test_check_tells_all_that_is_wrong(tmp_path: Path) -> None:
    file = copy(tmp_path)
    lines = [
        spoil(file, old, to)
        for old, to in (("years: 5", "yeers: 5"), ("latitude: 40.00", "latitude: x"), ("grade: D", "grade: Z"))
    ]
    found = problems(file)
    assert sorted(p.line for p in found) == sorted(lines)
    with pytest.raises(BadFile) as caught:
        check(str(file))
    assert len(str(caught.value).splitlines()) == 3
    assert problems("toyland") == []
    assert "6 counties" in check("toyland")
    assert "actions" in check("sanctions")


@pytest.mark.parametrize("name", ["", "Mine", "1st", "a b", "dprk", "toyland", "../mine", "x" * 41, "mine\0", "mine/"])
def test_a_bad_name_for_a_new_country_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    if name == "mine/":
        (tmp_path / "mine").mkdir()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadInput):
        new(f"{tmp_path}/{name}")
    assert sorted(tmp_path.iterdir()) == before


def test_a_new_country_is_sound_and_is_not_overwritten(tmp_path: Path) -> None:
    folder = new("mine", tmp_path / "mine")
    assert (load(folder).name, problems(folder)) == ("mine", [])
    with pytest.raises(BadInput, match="exists already"):
        new("mine", folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine"]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**17), 10**17)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(alphabet="ab é:#-", max_size=8),
        lambda x: st.lists(x, max_size=4),
        max_leaves=10,
    )
)
def test_plain_values_are_read_as_they_are_meant(value: Any) -> None:
    assert parse_yaml(json.dumps({"x": value}), "x").data == {"x": value}
