"""First tables of billing/models/saved_view.py: SavedView."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="SavedView",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=40)),
            ("address", models.CharField(blank=True, max_length=600)),
            ("is_shared", models.BooleanField(default=False, verbose_name="shared with all who review")),
            ("changed_at", models.DateTimeField(auto_now=True)),
            (
                "owner",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="saved_views", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "ordering": ("name", "id"),
            "constraints": [
                models.UniqueConstraint(
                    models.F("owner"),
                    django.db.models.functions.text.Lower("name"),
                    name="saved_view_name_is_used_once",
                ),
                models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="saved_view_has_a_name"),
            ],
        },
    ),
]
