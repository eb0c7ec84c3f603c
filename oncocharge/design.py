"""The living sample page of the design: every component with invented content, and two screens made of them.

For developers: the markup is there to be copied (templates/design). Who may see it is for urls.py to say.
Its forms answer as real ones do, but nothing is stored.
"""

import re

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.views.decorators.http import require_http_methods

from oncocharge import design_sample as sample
from oncocharge.templatetags.design import ICON_OF_TONE, STATES

SCREENS = {
    "parts": ("Components", "design/parts.html"),
    "forms": ("Forms", "design/forms.html"),
    "machine-day": ("Machine day", "design/machine_day.html"),
    "worklist": ("Worklist", "design/worklist.html"),
}
ICON_NAME = re.compile(r'<symbol id="oc-([a-z]+)"')
FAULTY = {"faulty-site": "nowhere", "faulty-threshold_mm": "40", "faulty-treated_on": "31 February"}


@require_http_methods(["GET", "POST"])
def design_sample(request: HttpRequest) -> HttpResponse:
    """Show one of the sample screens; answer its forms without storing anything."""
    screen = request.GET.get("screen", "parts")
    if screen not in SCREENS:
        screen = "parts"
    if request.method == "POST":
        return answer(request, screen)
    return show(request, screen, sample.SampleForm(initial={"plan_name": "LBreast_DIBH", "guidance": "cbct"}))


def answer(request: HttpRequest, screen: str) -> HttpResponse:
    """Answer a sample form: a row for htmx, a refused form with its errors, or a message with its undo."""
    if request.headers.get("HX-Request") == "true":
        messages.success(request, "Fraction logged. IMRT delivery, level 2: sent to review.", extra_tags=undo(request))
        return render(request, "design/row_logged.html", {"slot": sample.rows()["slots"][1]})
    if "plan_name" in request.POST:
        form = sample.SampleForm(request.POST)
        if not form.is_valid():
            return show(request, screen, form, status=422)
    messages.success(request, "Released 12 lines for $5,245.80.", extra_tags=undo(request))
    return redirect(f"{request.path}?screen={screen}")


def undo(request: HttpRequest) -> str:
    """Return the tag of a message that offers to take the deed back."""
    return f"undo:{request.path}"


def show(request: HttpRequest, screen: str, form: sample.SampleForm, status: int = 200) -> HttpResponse:
    """Render one sample screen with all that its template may need."""
    title, template = SCREENS[screen]
    pages = Paginator(range(312), 25)
    context = {
        "page_title": f"Design: {title.lower()}",
        "tabs": [(label, f"?screen={name}", name == screen, None) for name, (label, _) in SCREENS.items()],
        "form": form,
        "faulty_form": sample.SampleForm(FAULTY, prefix="faulty"),
        "states": [(name, state.word, state.tone) for name, state in STATES.items()],
        "tones": list(ICON_OF_TONE),
        "icons": ICON_NAME.findall(get_template("components/sprite.html").render({})),
        "page_obj": pages.get_page(request.GET.get("page", 4)),
        "because": sample.BECAUSE,
        **sample.rows(),
    }
    return render(request, template, context, status=status)
