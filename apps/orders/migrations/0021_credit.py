"""Gift cards and store credit, their movements, and the payments made with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.core.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0004_invoice_prefix'),
        ('order', '0020_offer_groups'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CreditAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('gift_card', 'Gift card'), ('store_credit', 'Store credit')], max_length=12, verbose_name='kind')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('balance_minor', models.BigIntegerField(default=0, verbose_name='balance in minor units')),
                ('code_digest', models.CharField(editable=False, max_length=64, null=True, unique=True, verbose_name='digest of the code')),
                ('code_end', models.CharField(blank=True, max_length=4, verbose_name='end of the code')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('is_blocked', models.BooleanField(default=False, verbose_name='blocked')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.brand', verbose_name='brand')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'gift card or store credit',
                'verbose_name_plural': 'gift cards and store credit',
            },
        ),
        migrations.CreateModel(
            name='CreditMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('issued', 'Issued'), ('spent', 'Paid an order'), ('given_back', 'Given back'), ('corrected', 'Corrected')], max_length=12, verbose_name='kind')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount in minor units')),
                ('balance_minor', models.BigIntegerField(verbose_name='balance afterwards, in minor units')),
                ('key', models.CharField(max_length=120, unique=True, verbose_name='idempotency key')),
                ('actor', models.CharField(max_length=120, verbose_name='by')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='why')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'movement of credit',
                'verbose_name_plural': 'movements of credit',
            },
        ),
        migrations.AddField(
            model_name='payment',
            name='credit_account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='order.creditaccount', verbose_name='gift card or store credit'),
        ),
        migrations.AddField(
            model_name='creditmovement',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='order.creditaccount', verbose_name='account'),
        ),
        migrations.AddField(
            model_name='creditmovement',
            name='payment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_movements', to='order.payment', verbose_name='payment'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credit_account__isnull', False), ('gateway__in', ['gift_card', 'store_credit'])), models.Q(('credit_account__isnull', True), models.Q(('gateway__in', ['gift_card', 'store_credit']), _negated=True)), _connector='OR'), name='payment_by_credit_has_account'),
        ),
        migrations.AddConstraint(
            model_name='creditaccount',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['gift_card', 'store_credit'])), name='credit_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='creditaccount',
            constraint=models.CheckConstraint(condition=models.Q(('balance_minor__gte', 0)), name='credit_never_below_zero'),
        ),
        migrations.AddConstraint(
            model_name='creditaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code_digest__isnull', False), ('kind', 'gift_card'), ('owner__isnull', True)), models.Q(('code_digest__isnull', True), ('kind', 'store_credit'), ('owner__isnull', False)), _connector='OR'), name='credit_has_code_or_owner'),
        ),
        migrations.AddConstraint(
            model_name='creditaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'store_credit')), fields=('owner', 'brand', 'currency'), name='store_credit_once'),
        ),
        migrations.AddConstraint(
            model_name='creditmovement',
            constraint=models.CheckConstraint(condition=models.Q(('balance_minor__gte', 0)), name='credit_movement_never_below_zero'),
        ),
        migrations.AddConstraint(
            model_name='creditmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_minor__lt', 0), ('kind', 'spent'), ('payment__isnull', False)), models.Q(('amount_minor__gt', 0), ('kind', 'given_back'), ('payment__isnull', False)), models.Q(('amount_minor__gt', 0), ('kind', 'issued'), ('payment__isnull', True)), models.Q(('kind', 'corrected'), ('payment__isnull', True), models.Q(('amount_minor', 0), _negated=True)), _connector='OR'), name='credit_movement_has_its_sign'),
        ),
        migrations.AddIndex(
            model_name='creditaccount',
            index=models.Index(fields=['-created_at', '-id'], name='credit_newest_first'),
        ),
        append_only(table="order_creditmovement"),
    ]
