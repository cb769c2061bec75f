"""Indexes nobody reads and that misled the planner, gone; room for counts to move in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0003_import_jobs'),
        ('markets', '0002_initial'),
    ]

    operations = [
        # Half-full pages let the publisher move its counts in place, without touching the indexes.
        migrations.RunSQL(
            "ALTER TABLE catalogue_facetcount SET (fillfactor = 50);",
            "ALTER TABLE catalogue_facetcount RESET (fillfactor);",
        ),
        migrations.AlterField(
            model_name='facetcount',
            name='market',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='markets.market'),
        ),
        migrations.AlterField(
            model_name='pricehistory',
            name='market',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='markets.market', verbose_name='market'),
        ),
    ]
