"""Write the README's example from a run's folder: `python docs/readme.py RUN`.

The run is that of the README: `custodes run dprk/2017 --years 5 --sample 1/1000 --seed 1`. Whatever moves results moves the
example, which is therefore written and not typed.
"""

import sys
import textwrap
from pathlib import Path
from typing import Any, Final

import custodes as cu
from custodes.present import court_words

README: Final = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- example: written by docs/readme.py -->", "<!-- end of example -->"
ORGAN: Final = "state_security"


def fall(record: dict[str, Any]) -> str:
    """One fall as the terminal tells it."""
    cause, said = court_words.CAUSES[record["cause"]], court_words.STATED[record["stated"]]
    text = (
        f"{record['date']}  {record['name']}, {record['title']}: {court_words.FATES[record['fate']]}; true cause {cause}; "
        f"said in public: {said}; back: {court_words.back(record)}"
    )
    return textwrap.fill(text, 115, subsequent_indent="  ")


def example(run: cu.Run) -> str:
    """The whole block."""
    known = {h.name for h in cu.load(run.record["scenario"]).court.holders if h.name}
    chiefs = [r for r in run.register if r["rank"] == "chief"]
    told = [next(r for r in chiefs if r["organ"] == ORGAN), next(r for r in chiefs if r["name"] not in known)]
    softening = next(e.id for e in run.log if e.kind == "softening")
    year = [r for r in run.register if r["week"] < 52]
    heard = [r for r in run.reports if r["published"] < 52]
    threats = run.national["threat_share_by_organ"].sel(organ=ORGAN)
    share = [100.0 * float(threats[weeks].mean()) for weeks in (slice(0, 2), slice(13, 17), slice(48, 52))]
    why = "\n".join(textwrap.fill(line, 115, subsequent_indent="   ") for line in str(run.why(softening)).splitlines())
    falls = "\n".join(map(fall, told))
    return f"""From a run of `{run.record["scenario"]}` (seed {run.record["seed"]}, sample {run.record["sample"]}: one run, one \
draw). The dismissal of the minister of state security is history and
stands in the scenario; the other fall is the model's doing, and the name is invented:

```text
{falls}

{why}
```

In that run state security threatens in {share[0]:.0f} % of its visits before the order, in {share[1]:.0f} % three months \
and in {share[2]:.0f} % a year after it.
In the first year {len(year)} ± {1.96 * len(year) ** 0.5:.0f} of the thousand officials fell (± 1.96 standard deviations of \
chance), {sum(r["rank"] != "director" for r in year)} of them chiefs and deputies; of
{sum(r["stated"] == "silent" for r in year)} falls nothing was said in public; watchers had \
{sum(r["kind"] == "purge" for r in heard)} reports of falls, and {sum(r["invented"] for r in heard)} of the year's \
{len(heard)} reports were inventions."""


if __name__ == "__main__":
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    README.write_text(
        f"{before}{BEGIN}\n\n{example(cu.open(sys.argv[1]))}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8"
    )
