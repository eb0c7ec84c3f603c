"""One start of the site under way: what it leans on and what it has started so far."""

from dataclasses import dataclass, field
from pathlib import Path

from start.install import Environment
from start.local import Local
from start.processes import Child, StopRequest, spawn
from start.stores import Stores

APPS = ("patients", "courses", "billing", "oncocharge")


@dataclass
class Start:
    """Handed from step to step of ``make run``."""

    environment: Environment
    local: Local
    stop: StopRequest
    stores: Stores = field(default_factory=Stores)
    programs: list[Child] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    is_database_ours: bool = True

    @property
    def root(self) -> Path:
        return self.environment.root

    @property
    def python(self) -> str:
        return str(self.environment.python)

    def manage(self, *words: str, log: Path | None = None) -> Child:
        """Start a command of manage.py against the servers of this start."""
        return spawn(words[0], [self.python, "manage.py", *words], env=self.variables, cwd=self.root, log=log)
