"""Buying on account: limits, days to pay, payments received."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0006_capture'),
        ('order', '0032_follow_ups'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='creditaccount',
            name='credit_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='creditaccount',
            name='credit_has_code_or_owner',
        ),
        migrations.RemoveConstraint(
            model_name='creditmovement',
            name='credit_movement_has_its_sign',
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='payment_by_credit_has_account',
        ),
        migrations.AddField(
            model_name='creditaccount',
            name='limit_minor',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='limit in minor units'),
        ),
        migrations.AddField(
            model_name='creditaccount',
            name='terms_days',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='to be paid within days'),
        ),
        migrations.AlterField(
            model_name='creditaccount',
            name='kind',
            field=models.CharField(choices=[('gift_card', 'Gift card'), ('store_credit', 'Store credit'), ('on_account', 'On account')], max_length=12, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='creditmovement',
            name='kind',
            field=models.CharField(choices=[('issued', 'Issued'), ('spent', 'Paid an order'), ('given_back', 'Given back'), ('corrected', 'Corrected'), ('paid_in', 'Payment received')], max_length=12, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='creditaccount',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['gift_card', 'store_credit', 'on_account'])), name='credit_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='creditaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code_digest__isnull', False), ('kind', 'gift_card'), ('owner__isnull', True)), models.Q(('code_digest__isnull', True), ('kind__in', ['store_credit', 'on_account']), ('owner__isnull', False)), _connector='OR'), name='credit_has_code_or_owner'),
        ),
        migrations.AddConstraint(
            model_name='creditaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'on_account'), ('limit_minor__gt', 0), ('terms_days__gte', 1), ('terms_days__lte', 60)), models.Q(models.Q(('kind', 'on_account'), _negated=True), ('limit_minor__isnull', True), ('terms_days__isnull', True)), _connector='OR'), name='credit_on_account_has_limit_and_days'),
        ),
        migrations.AddConstraint(
            model_name='creditaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'on_account')), fields=('owner', 'brand', 'currency'), name='on_account_once'),
        ),
        migrations.AddConstraint(
            model_name='creditmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_minor__lt', 0), ('kind', 'spent'), ('payment__isnull', False)), models.Q(('amount_minor__gt', 0), ('kind', 'given_back'), ('payment__isnull', False)), models.Q(('amount_minor__gt', 0), ('kind__in', ['issued', 'paid_in']), ('payment__isnull', True)), models.Q(('kind', 'corrected'), ('payment__isnull', True), models.Q(('amount_minor', 0), _negated=True)), _connector='OR'), name='credit_movement_has_its_sign'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credit_account__isnull', False), ('gateway__in', ['gift_card', 'store_credit', 'on_account'])), models.Q(('credit_account__isnull', True), models.Q(('gateway__in', ['gift_card', 'store_credit', 'on_account']), _negated=True)), _connector='OR'), name='payment_by_credit_has_account'),
        ),
    ]
