from django.db import migrations, models


def forget_crops(apps, schema_editor):
    """Drop the rows of cropped files; the files themselves go with the cleaning of unused ones."""
    apps.get_model("media", "Rendition").objects.exclude(ratio="").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('media', '0002_rendition_ratio'),
    ]

    operations = [
        migrations.RunPython(forget_crops, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='rendition',
            name='rendition_unique',
        ),
        migrations.RemoveField(
            model_name='rendition',
            name='ratio',
        ),
        migrations.AddConstraint(
            model_name='rendition',
            constraint=models.UniqueConstraint(fields=('asset', 'version', 'format', 'width'), name='rendition_unique'),
        ),
    ]
