from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oncocharge_billing", "0021_ended_claim_lines_ask_for_capture"),
    ]

    operations = [
        migrations.AddField(
            model_name="partnerconnection",
            name="answers_error",
            field=models.CharField(
                blank=True, help_text="Why no answer can be fetched while files can be sent.", max_length=400
            ),
        ),
        migrations.AddField(
            model_name="partnerconnection",
            name="answers_failed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="partnerconnection",
            constraint=models.CheckConstraint(
                condition=models.Q(("answers_error", ""), ("answers_failed_at__isnull", False), _connector="OR"),
                name="partner_connection_failure_of_answers_has_its_moment",
            ),
        ),
    ]
