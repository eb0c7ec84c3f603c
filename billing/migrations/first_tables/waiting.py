"""First tables of billing/models/waiting.py: WaitingLine."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="WaitingLine",
        fields=[
            (
                "entry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    primary_key=True,
                    related_name="waiting",
                    serialize=False,
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
        ],
        options={
            "ordering": ("entry",),
        },
    ),
]
