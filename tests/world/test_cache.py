"""A saved world is the world, to the byte; damage is noticed; the cache never gets in the way."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import BadResults
from custodes.scenario.load import Scenario
from custodes.week import Parameters, parameters_of
from custodes.world import cache, people
from custodes.world.state import World
from tests.world.conftest import same_bytes

Build = Callable[[int], World]


@pytest.fixture(scope="module")
def small(toyland: Scenario) -> World:
    world = people.build(toyland, parameters_of(toyland.parameters), 20, 2**63 + 1)
    world.memory |= {"a third": 1 / 3, "tiny": 5e-324, "whole": 7}
    world.books.opening = {"won": 10**19, "people": 5}
    return world


@pytest.fixture
def saved(small: World, tmp_path: Path) -> Path:
    cache.save_world(small, tmp_path / "state")
    return tmp_path / "state"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUSTODES_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "states"


def test_a_world_comes_back_to_the_byte(small: World, saved: Path) -> None:
    back = cache.load_world(saved, small.places)
    assert same_bytes(small, back)
    assert back.books.opening == small.books.opening
    assert np.array_equal(back.tiles.first_unit, small.tiles.first_unit)


def test_the_whole_country_comes_back_too(built: Build, tmp_path: Path) -> None:
    cache.save_world(built(1000), tmp_path)
    assert same_bytes(cache.load_world(tmp_path, built(1000).places), built(1000))


def test_what_is_loaded_can_be_written_to_and_shares_nothing(small: World, saved: Path) -> None:
    one, two = cache.load_world(saved, small.places), cache.load_world(saved, small.places)
    for (_, a), (_, b) in zip(cache._arrays(one), cache._arrays(two), strict=True):
        assert a.flags.writeable
        assert a.flags.owndata or a.base is not None
        assert not np.shares_memory(a, b)
    one.persons.fear[:] = 0
    assert same_bytes(cache.load_world(saved, small.places), two)


def test_saving_again_replaces_and_leaves_nothing_behind(small: World, saved: Path) -> None:
    before = len(list(saved.iterdir()))
    later = cache.load_world(saved, small.places)
    later.week += 1
    later.persons.fear[:] += 1
    cache.save_world(later, saved)
    assert same_bytes(cache.load_world(saved, small.places), later)
    assert len(list(saved.iterdir())) == before


def test_a_save_cut_short_leaves_the_state_before(small: World, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = cache.load_world(saved, small.places)
    later.week += 1

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "_replace", full)
    with pytest.raises(OSError, match="No space"):
        cache.save_world(later, saved)
    assert same_bytes(cache.load_world(saved, small.places), small)


def _columns(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npy"))


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "gone", "text"])
def test_damage_to_any_column_is_noticed(small: World, saved: Path, damage: str) -> None:
    for path in _columns(saved):
        content = path.read_bytes()
        if damage == "gone":
            path.unlink()
        elif damage == "flip":
            at = len(content) - 1
            path.write_bytes(content[:at] + bytes([content[at] ^ 4]))
        else:
            path.write_bytes({"cut": content[:-1], "empty": b"", "text": b"hello"}[damage])
        with pytest.raises(BadResults, match="damaged"):
            cache.load_world(saved, small.places)
        path.write_bytes(content)
    assert same_bytes(cache.load_world(saved, small.places), small)


def test_damage_to_the_scalars_is_noticed(small: World, saved: Path) -> None:
    state = saved / cache.STATE
    whole = state.read_text()
    content = json.loads(whole)
    for change in ({"week": 3}, {"won": {}}, {"memory": {"a third": 0.3}}, {"format": 99}, {"seed": 1}):
        state.write_text(json.dumps(content | change))
        with pytest.raises(BadResults):
            cache.load_world(saved, small.places)
    for text in ("", "{", "[]", "null", whole[:-40], "[" * 100_000):
        state.write_text(text)
        with pytest.raises(BadResults):
            cache.load_world(saved, small.places)


def test_a_column_outside_the_folder_is_not_read(small: World, saved: Path) -> None:
    content = json.loads((saved / cache.STATE).read_text())
    outside = saved.parent / "outside.npy"
    shutil.copy(saved / content["arrays"]["persons.fear"]["file"], outside)
    (saved / content["arrays"]["persons.fear"]["file"]).unlink()
    content["arrays"]["persons.fear"]["file"] = "../outside.npy"
    content["digest"] = cache._content_digest(content)
    (saved / cache.STATE).write_text(json.dumps(content))
    with pytest.raises(BadResults, match=r"persons\.fear cannot be read"):
        cache.load_world(saved, small.places)


def test_a_state_of_another_country_is_refused(built: Build, saved: Path) -> None:
    with pytest.raises(BadResults, match="other places"):
        cache.load_world(saved, built(1000).places)


@given(st.binary(max_size=200), st.integers(0, 1599))
def test_one_flipped_bit_changes_the_checksum(content: bytes, bit: int) -> None:
    array = np.frombuffer(content, np.uint8).copy()
    if not array.size:
        return
    before = cache.array_digest(array)
    array[bit // 8 % array.size] ^= 1 << bit % 8
    assert cache.array_digest(array) != before


def test_length_and_place_count_in_the_checksum() -> None:
    zeros = [cache.array_digest(np.zeros(n, np.uint8)) for n in range(100)]
    assert len(set(zeros)) == 100
    a = np.arange(64, dtype=np.int64)
    assert cache.array_digest(a) != cache.array_digest(np.roll(a, 4))


# --- the cache --------------------------------------------------------------------------------------------------------


def test_a_state_is_kept_and_recalled(small: World, toyland: Scenario, here: Path) -> None:
    assert cache.recall("k1", toyland) is None
    assert cache.keep("k1", small)
    back = cache.recall("k1", toyland)
    assert back is not None
    assert same_bytes(back, small)
    assert [p.name for p in here.iterdir()] == ["k1"]


def test_a_damaged_state_is_ignored_with_a_warning_and_removed(small: World, toyland: Scenario, here: Path) -> None:
    cache.keep("k1", small)
    _columns(here / "k1")[3].write_bytes(b"")
    with pytest.warns(UserWarning, match="built anew"):
        assert cache.recall("k1", toyland) is None
    assert not (here / "k1").exists()
    assert cache.keep("k1", small)
    assert cache.recall("k1", toyland) is not None


def test_the_longest_unused_states_make_room(small: World, toyland: Scenario, here: Path) -> None:
    for i in range(4):
        assert cache.keep(f"k{i}", small)
        os.utime(here / f"k{i}" / cache.STATE, (1000 + i, 1000 + i))
    assert cache.recall("k0", toyland) is not None  # used again: now the youngest
    size = sum(f.stat().st_size for f in (here / "k1").iterdir())
    assert cache.keep("k9", small, limit_bytes=2 * size + size // 2 + cache.world_bytes(small))
    assert sorted(p.name for p in here.iterdir()) == ["k0", "k3", "k9"]


def test_a_state_larger_than_the_cache_is_not_kept(small: World, here: Path) -> None:
    assert not cache.keep("k1", small, limit_bytes=1000)
    assert not here.exists()


def test_leftovers_of_killed_processes_are_removed_in_time(small: World, here: Path) -> None:
    for name, age in ((".new-old", 10**6), (".new-young", 10)):
        (here / name).mkdir(parents=True)
        stamp = (here / name).stat().st_mtime - age
        os.utime(here / name, (stamp, stamp))
    assert cache.keep("k1", small)
    assert sorted(p.name for p in here.iterdir()) == [".new-young", "k1"]


def test_a_cache_that_cannot_be_written_is_no_cache(
    small: World, toyland: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("CUSTODES_CACHE", str(tmp_path / "file"))
    assert not cache.keep("k1", small)
    assert cache.recall("k1", toyland) is None


def test_a_full_disk_leaves_no_half_state(
    small: World, toyland: Scenario, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> dict[str, object]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "_write_array", full)
    assert not cache.keep("k1", small)
    assert list(here.iterdir()) == []


def test_the_key_depends_on_all_that_moves_a_burn_in(
    country: Scenario, toyland: Scenario, parameters: Parameters
) -> None:
    other = parameters._replace(fear=parameters.fear._replace(decay=0.05))
    keys = {
        cache.state_key(*parts)
        for parts in (
            (country, parameters, 100, 1),
            (toyland, parameters, 100, 1),
            (country, other, 100, 1),
            (country, parameters, 10, 1),
            (country, parameters, 100, 2),
        )
    }
    assert len(keys) == 5
    assert cache.state_key(country, parameters, 100, 1) in keys
    assert all(len(key) == 32 and key.isalnum() for key in keys)


def test_the_key_ignores_what_comes_after_the_start(country: Scenario, parameters: Parameters) -> None:
    later = country.with_settings(["trade_cut=0.5"])
    assert later.digest != country.digest
    assert cache.state_key(later, parameters, 100, 1) == cache.state_key(country, parameters, 100, 1)
