"""First tables of billing/models/capture.py: CaptureMark."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="CaptureMark",
        fields=[
            (
                "course",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    primary_key=True,
                    related_name="capture_mark",
                    serialize=False,
                    to="oncocharge_courses.course",
                ),
            ),
            ("basis", models.TextField(blank=True, default="")),
            ("captured_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("lines", models.PositiveIntegerField(default=0)),
            (
                "error",
                models.CharField(
                    blank=True, help_text="Why the last try failed, without patient data.", max_length=200
                ),
            ),
            ("course_revision", models.PositiveIntegerField(default=0)),
        ],
        options={
            "ordering": ("course",),
        },
    ),
]
