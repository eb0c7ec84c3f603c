"""Questions about lines: a biller asks."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing import worklist
from billing.forms.question import AskForm
from billing.views.answers import CONFLICT, UNPROCESSABLE, form_answer, user_of
from billing.views.decisions import answer_decision, line_or_404, seen_of
from billing.worklist.seen import OVERTAKEN, decide_as_seen
from patients.roles import BILLING, CLINICAL, allow


@allow(read=BILLING, write=BILLING)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Ask whom to ask, and what; hold the line until the answer is here."""
    line = line_or_404(entry_id)
    people = User.objects.filter(is_active=True, groups__name__in=[role.value for role in CLINICAL]).distinct()
    choices = [(str(one.pk), one.get_full_name() or one.get_username()) for one in people]
    form = AskForm(request.POST or None, choices=choices)
    context = {"form": form, "line": line, "action": request.path}
    if not form.is_valid():
        return form_answer(request, "billing/ask.html", context, status=UNPROCESSABLE if form.is_bound else 200)
    by, at = user_of(request), timezone.now()
    name = dict(choices)[form.cleaned_data["asked"]]
    reason = f"Question to {name}: {form.cleaned_data['text']}"[:200]
    decided = decide_as_seen(
        seen=seen_of(request, entry_id),
        step=lambda ids: worklist.hold(entry_ids=ids, reason=reason, by=by, at=at),
    )
    if any(OVERTAKEN in refusal.findings for refusal in decided.refused):
        form.add_error(None, decided.refused[0].reason)
        return form_answer(request, "billing/ask.html", {**context, "line": line_or_404(entry_id)}, status=CONFLICT)
    return answer_decision(request, entry_id, decided, "Asked", at)
