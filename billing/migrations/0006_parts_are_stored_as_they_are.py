"""Keep PostgreSQL from compressing the parts of sealed files: it costs a fifth of an export and saves little disk."""

from django.db import migrations

_TABLE = "oncocharge_billing_claimfilepart"


class Migration(migrations.Migration):
    dependencies = [
        ("oncocharge_billing", "0005_sealed_files_are_staged_then_delivered"),
    ]

    operations = [
        migrations.RunSQL(
            sql=f"ALTER TABLE {_TABLE} ALTER COLUMN content SET STORAGE EXTERNAL",
            reverse_sql=f"ALTER TABLE {_TABLE} ALTER COLUMN content SET STORAGE EXTENDED",
        ),
    ]
