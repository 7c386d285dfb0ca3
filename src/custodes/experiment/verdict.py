"""A comparison in words: what each policy does, what two do together, how sure that is, and what it hangs on.

Nothing is said without its interval; an outcome never without how often history has it; a difference that cannot be told from
nothing is said to be that, with how large it could be.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Row = Mapping[str, Any]
WEEKS_PER_YEAR: Final = 52
NOT_MODELLED: Final = (
    "These are answers of a model, not forecasts: much is not modelled, and what no parameter and no switch of the model holds is in "
    "none of these intervals."
)
_SMALL: Final = 0.05  #: share of doubt below which a part is not named


def paragraph(content: Row) -> str:
    """The whole in words; a line each for the design, every plan, the combinations, the doubt and the limits."""
    lines = [opening(content)]
    lines += [of_plan(p, content) for p in content["plans"][1:]]
    lines += [together(content), doubt(content), chance(content), NOT_MODELLED]
    return "\n".join(line for line in lines if line)


def opening(c: Row) -> str:
    """What was compared."""
    lucks = f", each point of them with {c['lucks']} different lucks" if c["lucks"] > 1 else ""
    drawn = (
        f"drawn from {count(c['unknowns'], 'unknown', 'unknowns')} ({c['uncertain']}){lucks}"
        if c["unknowns"]
        else "that differ in luck alone"
    )
    text = (
        f"{count(c['countries'], 'possible country', 'possible countries')} {drawn}, each "
        f"met under {len(c['plans'])} plans for {years(c['weeks'])} with the same luck; "
        "every difference is against the same country without a policy, with the 95 % interval of its average in brackets; "
        "changes of levels are parts of the level without."
    )
    return text + fell_before(c) + left_out(c)


def fell_before(c: Row) -> str:
    """How many countries had broken down before anything was done."""
    gone = len(c.get("fell_before", ()))
    if not gone:
        return ""
    return (
        f" {count(gone, 'further country', 'further countries')} had broken down before the first policy acted in week "
        f"{c['first_week']} and {'is' if gone == 1 else 'are'} left out."
    )


def left_out(c: Row) -> str:
    """How many countries are not compared, and why."""
    lost = set(c["left_out"])
    why = "a run failed" if lost <= {f["country"] for f in c["failed"]} else "a run failed or was not made"
    return f" {count(len(lost), 'country was', 'countries were')} left out because {why}." if lost else ""


def of_plan(plan: Row, c: Row) -> str:
    """What one plan does to outcomes, to the measures named beforehand, and to suffering."""
    rows = [r for r in c["effects"] if r["plan"] == plan["name"] and r["n"]]
    outcomes = [r for r in rows if r["kind"] == "share" and (r["primary"] or r["found"] or r["suffering"])]
    first = [r for r in rows if r["kind"] == "level" and r["primary"]]
    hurt = [r for r in rows if r["kind"] == "level" and r["suffering"] and not r["primary"]]
    said = [outcome(r) for r in outcomes] + [level(r) for r in first] + [suffering(hurt)] + [others(rows)]
    return f"{capital(named(plan['name']))}: " + " ".join(capital(s) for s in said if s) if rows else ""


def outcome(r: Row) -> str:
    """How often something came with and without a plan, beside history."""
    verdict = "" if r["found"] else ", which cannot be told from nothing"
    text = (
        f"{label(r['measure'])} came in {percent(r['mean'])} of runs against {percent(r['mean_against'])} without, a difference of "
        f"{points(r['difference'])} ({span(points(r['low']), points(r['high']))}){verdict}"
    )
    return f"{text}; {base_rate(r)}."


def base_rate(r: Row) -> str:
    """History beside the model's own rate without a policy."""
    model = f"the model without a policy has it in {percent(r['yearly_against'])} of years"
    known = r["base_rate"]
    if not known:
        return f"{model}, and no base rate is known"
    ends = f" ({span(percent(known['low']), percent(known['high']))})" if known.get("low") is not None else ""
    return f"history has it in {percent(known['rate'])} of years of such regimes{ends}, {model}"


def level(r: Row) -> str:
    """How a level moved, as a part of what it is without the plan."""
    if r["low"] is None:
        return f"{label(r['measure'])} was the same in every country."
    if r["found"]:
        ends = f"{signed(r, 'range_low')} and {signed(r, 'range_high')}"
        return f"{label(r['measure'])} {moved(r)}; {better(r)}nine of ten single countries lie between {ends}."
    return (
        f"{label(r['measure'])} did not move by more than is uncertain ({span(signed(r, 'low'), signed(r, 'high'))})."
    )


def moved(r: Row) -> str:
    """`fell by 12 % (10 to 14 %)`."""
    verb = "rose" if r["difference"] > 0 else "fell"
    ends = sorted((r["low"], r["high"]), key=abs)
    return f"{verb} by {size(r, r['difference'])} ({span(size(r, ends[0]), size(r, ends[1]))})"


def better(r: Row) -> str:
    """The chance that a country does better, where better has a meaning."""
    if r["probability_better"] is None:
        return ""
    low, high = r["probability_better_low"], r["probability_better_high"]
    return f"a country does better with it with probability {r['probability_better']:.2f} ({low:.2f} to {high:.2f}); "


def suffering(rows: Sequence[Row]) -> str:
    """What other suffering moved, and what could not be told."""
    told = [f"{label(r['measure'])} {moved(r)}" for r in rows if r["found"]]
    rest = [label(r["measure"]) for r in rows if not r["found"]]
    said = [f"Of other suffering, {listed(told)}."] if told else []
    if rest:
        said.append(f"No change of {listed(rest)} can be told from nothing.")
    return " ".join(said)


def others(rows: Sequence[Row]) -> str:
    """How many further measures moved."""
    rest = [r for r in rows if not (r["primary"] or r["suffering"])]
    found = sum(r["found"] for r in rest)
    return f"{found} of {count(len(rest), 'further measure', 'further measures')} moved." if rest else ""


def together(c: Row) -> str:
    """What combinations do beyond the sum, on the measures named beforehand."""
    rows = [r for r in c["factorial"] if r["n"]]
    pairs = dict.fromkeys((r["a"], r["b"]) for r in rows)
    said = [_pair([r for r in rows if (r["a"], r["b"]) == pair], pair) for pair in pairs]
    three = [beyond_three(r) for r in c["triples"] if r["n"] and r["primary"]]
    return " ".join([*said, *three])


def _pair(rows: Sequence[Row], pair: tuple[str, str]) -> str:
    first = [r for r in rows if r["primary"]]
    rest = [label(r["measure"]) for r in rows if r["found"] and not r["primary"]]
    more = f" Beyond the sum too: {listed(rest)}." if rest else ""
    return (
        f"{capital(named(pair[0]))} and {named(pair[1])} together: "
        + " ".join(capital(r["words"]) for r in first)
        + more
    )


def beyond(r: Row) -> str:
    """One interaction in words."""
    i, log = r["interaction"], r["log_hazard"]
    if i["low"] is None:
        return f"Of {label(r['measure'])} nothing can be said: it never came."
    ends = span(amount(r, i["low"]), amount(r, i["high"]))
    what = f"{label(r['measure'])} under both differs from the sum of each by {amount(r, i['value'])} ({ends})"
    if r["found"]:
        return (
            f"{what}, and so on the scale of ratios: an interaction is found."
            if log
            else f"{what}: an interaction is found."
        )
    if apart(i["low"], i["high"]):
        why = "several measures were looked over" if _both(r) else "it does not hold on the scale of ratios"
        return f"{what}, but no interaction is claimed, for {why}."
    if log and apart(log["low"], log["high"]):
        return f"{what}; only on the scale of ratios is there more than a sum, and no interaction is claimed."
    return f"{what}: no interaction can be told from nothing."


def beyond_three(r: Row) -> str:
    """What three policies do together, in words."""
    b = r["beyond_sum"]
    ends = span(amount(r, b["low"]), amount(r, b["high"]))
    names = f"{named(r['a'])}, {named(r['b'])} and {named(r['c'])}"
    third = "is" if r["found"] else "cannot be"
    return (
        f"{capital(label(r['measure']))} under {names} differs from the sum of each by {amount(r, b['value'])} ({ends}); "
        f"an interaction of all three {third} told from nothing."
    )


def _both(r: Row) -> bool:
    log = r["log_hazard"]
    return log is None or (apart(log["low"], log["high"]) and log["interaction"] * r["interaction"]["value"] > 0)


def doubt(c: Row) -> str:
    """What one country's differences hang on, and whether a rival theory turns a sign."""
    rows = [r for r in c["effects"] if r["primary"] and r["split"]]
    measures = dict.fromkeys(r["measure"] for r in rows)
    parts = [f"{label(m)} {_parts([r for r in rows if r['measure'] == m])}" for m in measures]
    said = (
        [f"How much a single country's difference hangs on what (averaged over plans): {'; '.join(parts)}."]
        if parts
        else []
    )
    turned = [t for r in c["effects"] if r["primary"] for t in turns(r)]
    theories = any(r["by_mechanism"] for r in c["effects"])
    if turned:
        said.append(f"It depends on the theory: {'; '.join(turned)}.")
    elif theories:
        said.append("No rival theory turns the sign of a difference on the measures named beforehand.")
    return " ".join(said)


def _parts(rows: Sequence[Row]) -> str:
    names = {"parameter": "parameters", "mechanism": "rival theories", "luck": "luck"}
    mean = {k: sum(r["split"][k] for r in rows) / len(rows) for k in names}
    return listed([f"{100 * v:.0f} % {names[k]}" for k, v in mean.items() if v >= _SMALL])


def turns(r: Row) -> list[str]:
    """Switches under whose choices the difference is told to be above nothing and below it."""
    out = []
    for switch in dict.fromkeys(m["switch"] for m in r["by_mechanism"]):
        some = [m for m in r["by_mechanism"] if m["switch"] == switch and m["low"] is not None]
        up, down = [m["choice"] for m in some if m["low"] > 0], [m["choice"] for m in some if m["high"] < 0]
        if up and down:
            out.append(
                f"{label(r['measure'])} under {named(r['plan'])} rises where {switch} is {listed(up)} and falls where it is {listed(down)}"
            )
    return out


def chance(c: Row) -> str:
    """How many differences were asked for, and how many would be called found by chance."""
    if not c["asked_beforehand"]:
        return ""
    asked = count(c["asked_beforehand"], "difference was", "differences were")
    return (
        f"{asked} asked for beforehand ({listed([label(m) for m in c['primary']])}) and judged one by one: were there nothing, about "
        f"{c['expected_by_chance']:.2g} would be called found. "
        "Among all else that is called found, one in twenty is expected to be nothing."
    )


def apart(low: float | None, high: float | None) -> bool:
    """Whether an interval misses nothing."""
    return low is not None and high is not None and (low > 0 or high < 0)


def capital(text: str) -> str:
    """A sentence's beginning."""
    return text[:1].upper() + text[1:]


def label(name: str) -> str:
    """A measure's name as a reader sees it."""
    return name.replace("_", " ")


def named(plan: str) -> str:
    """A plan's name as a reader sees it."""
    return plan.replace("_", " ").replace("+", " + ")


def percent(x: float | None) -> str:
    """A share in per cent, two digits that count."""
    return "an unknown share" if x is None else minus(f"{digits(100 * x)} %")


def points(x: float | None) -> str:
    """A difference of shares in points of per cent."""
    return "unknown" if x is None else minus(f"{digits(100 * x, '+', 2)} points")


def size(r: Row, x: float) -> str:
    """How large a change is: a part of the level without the plan, else in its unit; without sign unless it points the other way."""
    x = x if r["difference"] >= 0 else -x
    base = r["mean_against"]
    return minus(f"{digits(100 * x / base)} %" if base and base > 0 else f"{digits(x)} {r['unit']}")


def signed(r: Row, key: str) -> str:
    """A change with its sign, as a part of the level without the plan, else in its unit."""
    base = r["mean_against"]
    return minus(f"{digits(100 * r[key] / base, '+')} %" if base and base > 0 else f"{digits(r[key], '+')} {r['unit']}")


def amount(r: Row, x: float | None) -> str:
    """A contrast of cells: points of per cent for outcomes, else its unit, and a part of the level with neither."""
    if x is None or r["kind"] == "share":
        return points(x)
    base = r["cells"]["none"]["mean"]
    return minus(f"{digits(100 * x / base, '+')} %" if base and base > 0 else f"{digits(x, '+')} {r['unit']}")


def digits(x: float, sign: str = "-", n: int = 3) -> str:
    """So many digits that count, thousands grouped, never as a power of ten above."""
    return f"{x:{sign},.0f}" if abs(x) >= 10 ** (n - 1) else f"{x:{sign}.{n}g}"


def span(low: str, high: str) -> str:
    """`10 to 14 %`: the unit once."""
    number, _, unit = low.partition(" ")
    return f"{number} to {high}" if unit and high.endswith(" " + unit) else f"{low} to {high}"


def minus(text: str) -> str:
    """A minus sign that is one."""
    return text.replace("-", "−")


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *some, last = words
    return f"{', '.join(some)} and {last}" if some else last


def count(n: int, one: str, many: str) -> str:
    """`1 country`, `200 countries`."""
    return f"{n:,} {one if n == 1 else many}"


def years(weeks: int) -> str:
    """`5 years`, `30 weeks`."""
    whole, rest = divmod(weeks, WEEKS_PER_YEAR)
    return count(whole, "year", "years") if whole and not rest else count(weeks, "week", "weeks")
