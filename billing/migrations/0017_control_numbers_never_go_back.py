import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oncocharge_billing", "0016_partners_by_folder_or_sftp"),
    ]

    operations = [
        migrations.AlterField(
            model_name="claimfile",
            name="name",
            field=models.CharField(max_length=100),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tradingpartner",
            trigger=pgtrigger.compiler.Trigger(
                name="control_number_never_goes_back",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."last_control_number" < (OLD."last_control_number"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="e8f6876b9d28966bf3d28a77e0acfdee382f743e",
                    operation="UPDATE",
                    pgid="pgtrigger_control_number_never_goes_back_b03e6",
                    table="oncocharge_billing_tradingpartner",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="claimfile",
            constraint=models.UniqueConstraint(
                fields=("partner", "name"), name="claim_file_name_is_unique_at_its_partner"
            ),
        ),
    ]
