"""First tables of patients/models/access.py: PatientAccess."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="PatientAccess",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("at", models.DateTimeField(auto_now_add=True)),
            ("what", models.CharField(help_text="The page or endpoint, by its url name.", max_length=60)),
            (
                "patient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="accesses",
                    to="oncocharge_patients.patient",
                ),
            ),
            (
                "user",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="patient_accesses",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "verbose_name_plural": "patient accesses",
            "indexes": [models.Index(fields=["patient", "at"], name="access_by_patient")],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="147f307c5d5296ddc444bc1020699c300c898966",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_b51cb",
                        table="oncocharge_patients_patientaccess",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
