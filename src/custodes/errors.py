"""Everything that can go wrong for a user, and the exit code it ends with.

CustodesError
├── BadInput          2   a file, name, value or flag that the user gave
│   ├── BadScenario       a scenario, parameter or policy file (carries file, line, field)
│   └── BadResults        a results folder that is missing, foreign, damaged or in use
├── Stopped           3   the run was interrupted and can be resumed
└── BrokenLaw         4   the run broke one of its own laws (people, money or grain did not close)

Messages are one sentence: what is wrong, where, and the mend.
"""


class CustodesError(Exception):
    """Base of all errors that are shown to the user in one line, without a traceback."""

    exit_code = 1


class BadInput(CustodesError):
    """Wrong use, or input that cannot be used."""

    exit_code = 2


class BadScenario(BadInput):
    """A scenario, parameter or policy file that cannot be used."""


class BadResults(BadInput):
    """A results folder that cannot be read or written."""


class Stopped(CustodesError):
    """The run was interrupted; what is on disk can be resumed."""

    exit_code = 3


class BrokenLaw(CustodesError):
    """A conservation law or a bound did not hold."""

    exit_code = 4
