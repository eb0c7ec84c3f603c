"""First tables of courses/models/beam.py: DeliveredBeam."""

import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="DeliveredBeam",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("record_uid", models.CharField(max_length=64, verbose_name="DICOM SOP instance UID of the record")),
            (
                "position",
                models.PositiveSmallIntegerField(help_text="Place among the treatment beams of the record, from 1."),
            ),
            ("session_uid", models.CharField(blank=True, max_length=64, verbose_name="DICOM treatment session UID")),
            ("fraction_number", models.PositiveSmallIntegerField(null=True)),
            ("beam_number", models.PositiveSmallIntegerField()),
            ("delivery_type", models.CharField(blank=True, max_length=16)),
            ("radiation", models.CharField(blank=True, max_length=16)),
            ("begins_at", models.DateTimeField()),
            ("ends_at", models.DateTimeField()),
            ("specified_mu", models.DecimalField(decimal_places=4, max_digits=12, null=True)),
            ("delivered_mu", models.DecimalField(decimal_places=4, max_digits=12, null=True)),
            ("termination", models.CharField(max_length=16)),
            ("termination_code", models.CharField(blank=True, max_length=64)),
            ("verification", models.CharField(blank=True, max_length=16)),
            ("received_at", models.DateTimeField(auto_now_add=True)),
            (
                "plan",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="delivered_beams",
                    to="oncocharge_courses.plan",
                ),
            ),
            (
                "session",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="beams", to="oncocharge_courses.session"
                ),
            ),
            ("machine_name", models.CharField(blank=True, help_text="As the record spells it.", max_length=64)),
        ],
        options={
            "ordering": ("begins_at", "id"),
            "constraints": [
                models.UniqueConstraint(fields=("record_uid", "position"), name="delivered_beam_is_taken_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("specified_mu__isnull", True), ("specified_mu__gte", 0), _connector="OR"),
                        models.Q(("delivered_mu__isnull", True), ("delivered_mu__gte", 0), _connector="OR"),
                    ),
                    name="delivered_beam_has_no_negative_meterset",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="b1e47a8d7928124bb7169539bff79cabdee561c1",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_91a2d",
                        table="oncocharge_courses_deliveredbeam",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
