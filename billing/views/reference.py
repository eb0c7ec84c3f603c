"""Medicare's code files: what is loaded and from when, what the files say of a code, loading another."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.cms.faults import CodeFileRefused
from billing.cms.kinds import TITLES, FileKind
from billing.forms.reference import CodeForm, LoadFilesForm
from billing.models import ReferenceFile
from billing.reference import Loaded, Wanted, load_code_files, remove_code_file
from billing.reference.answers import files_in_force, loaded_files, what_files_say
from billing.views.answers import UNPROCESSABLE, user_of
from patients.roles import READS_MONEY, Role, allow, has_role

MAY_LOAD = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})


@allow(read=READS_MONEY)
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show what is loaded, and what the files of a day say of a code that is asked for."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    is_asked = form.is_valid()
    context = {
        "page_title": "Code files",
        "form": form,
        "said": what_files_say(**form.cleaned_data) if is_asked else None,
        "asked": form.cleaned_data if is_asked else None,
        "files": list(_listed(loaded_files())),
        "missing": _missing(),
        "may_load": has_role(request.user, *MAY_LOAD),
    }
    return render(request, "billing/reference.html", context)


def _listed(files: Iterable[ReferenceFile]) -> Iterator[tuple[ReferenceFile, str, str]]:
    """Yield each file with the title of its kind and its state today: in force, later or earlier."""
    today = timezone.localdate()
    standing = {file.pk for file in files_in_force(today)}
    for file in files:
        state = "in force" if file.pk in standing else "later" if file.effective_from > today else "earlier"
        yield file, TITLES[FileKind(file.kind)], state


def _missing() -> list[str]:
    loaded = set(ReferenceFile.objects.values_list("kind", flat=True))
    return [title for kind, title in TITLES.items() if kind.value not in loaded]


@allow(write=MAY_LOAD)
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Load files, all or none; their faults are shown as the command shows them."""
    form = LoadFilesForm(request.POST, request.FILES) if request.method == "POST" else LoadFilesForm()
    faults: Sequence[str] = ()
    if form.is_valid():
        try:
            loaded = _load(form, user_of(request).get_username())
        except CodeFileRefused as refusal:
            faults = refusal.faults
        else:
            _say(request, loaded)
            return redirect("billing:reference")
    context = {
        "page_title": "Load code files",
        "form": form,
        "faults": faults,
        "crumbs": [("Code files", reverse("billing:reference")), ("Load", "")],
    }
    return render(request, "billing/reference_load.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@allow(write=MAY_LOAD)
@require_POST
def remove(request: HttpRequest, file_id: int) -> HttpResponse:
    """Take a file away; the courses that rested on it are captured again."""
    name = remove_code_file(file_id=file_id)
    if name is None:
        messages.info(request, "That file is not loaded any more.")
    else:
        messages.success(request, f"{name} is removed. Courses that rested on it are captured again.")
    return redirect("billing:reference")


def _load(form: LoadFilesForm, by: str) -> list[Loaded]:
    said = form.cleaned_data
    with _on_disk(said["uploads"]) as paths:
        wanted = [
            Wanted(
                path, name=str(file.name), kind=FileKind(said["kind"]) if said["kind"] else None,
                effective=said["effective"], accept_fewer=said["accept_fewer"],
            )
            for file, path in zip(said["uploads"], paths, strict=True)
        ]  # fmt: skip
        return load_code_files(wanted=wanted, by=by)


@contextmanager
def _on_disk(files: Sequence[UploadedFile[bytes]]) -> Iterator[list[Path]]:
    """Put small uploads, which came in memory, beside the large ones on disk: a file is read several times."""
    with tempfile.TemporaryDirectory(prefix="oncocharge-") as folder:
        paths = []
        for number, file in enumerate(files):
            path = Path(folder) / f"{number}{Path(str(file.name)).suffix.lower()}"
            with path.open("wb") as copy:
                for chunk in file.chunks():
                    copy.write(chunk)
            paths.append(path)
        yield paths


def _say(request: HttpRequest, loaded: Sequence[Loaded]) -> None:
    for one in loaded:
        title = TITLES[FileKind(one.file.kind)]
        if not one.is_new:
            messages.info(request, f"{one.file.name} is loaded already: {title} from {one.file.effective_from}.")
            continue
        replaced = f" It takes the place of {one.replaced}." if one.replaced else ""
        messages.success(
            request, f"Loaded {one.file.row_count:,} rows: {title} from {one.file.effective_from}.{replaced}"
        )
