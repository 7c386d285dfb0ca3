"""Store the golden run anew: `PYTHONPATH=src python -m tests.baseline.renew`, then look at the difference in git.

Do so when a change is *meant* to change results, in the same commit, and say in its message why.
"""

import json

from tests.baseline.golden import STORED, golden


def main() -> None:
    """Write the file and say what changed."""
    before = json.loads(STORED.read_text()) if STORED.exists() else {"series": {}}
    now = golden()
    STORED.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n")
    changed = sorted(name for name, value in now["series"].items() if before["series"].get(name) != value)
    print(f"{STORED.name}: {len(changed)} of {len(now['series'])} series changed: {', '.join(changed) or 'none'}")


if __name__ == "__main__":
    main()
