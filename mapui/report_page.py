"""What the page for reporting is drawn from: for whoever asks, and for nobody in particular (the copy on a phone)."""

from __future__ import annotations

from datetime import datetime

from issues.intake import doors
from issues.terms import Verb
from issues.workflow import MOVE
from mapui import place_choice
from mapui.report_form import ReportForm
from representatives.models import Person
from representatives.scopes import scope_of

SOLVERS = MOVE[Verb.HANDLE_ON_THE_SPOT].green  # who may open and solve something in one breath


def context(form: ReportForm, person: Person | None, at: datetime) -> dict[str, object]:
    """For whoever asks: staff write for others, some of them may have solved it already. `home`: code of an area of theirs."""
    if person is None:
        return _frame(form)
    scope = scope_of(person, at)
    paths = sorted({path for _role, path in scope.held})
    home = paths[0].rpartition(".")[2] if paths else ""
    return {**_frame(form), "for_somebody": True, "may_solve": bool(scope.roles & SOLVERS), "home": home}


def context_for_nobody() -> dict[str, object]:
    """The form as it is opened, without a key: the page's script makes one, and knows whom the phone was last used by."""
    form = ReportForm(initial={"answer_by": "none"})
    form.place = place_choice.from_lists(())
    return _frame(form)


def _frame(form: ReportForm) -> dict[str, object]:
    return {"form": form, "place": form.place, "nav": "report", "emergency": doors.emergency_numbers()}
