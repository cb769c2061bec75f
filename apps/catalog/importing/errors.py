"""What the import refuses as a whole. What is wrong with files and rows are issues, not errors."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class UnableToImport(Refusal):
    """The job cannot run: something it names does not exist, or its state or files changed. Parameters: reason."""

    code = "catalogue.unable_to_import"
    message = _("This import cannot run: %(reason)s.")
    http_status = HTTPStatus.CONFLICT
