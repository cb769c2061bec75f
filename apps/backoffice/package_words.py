"""
Words of the admin's package, which comes in English only.

Our message catalogues stand before those of packages, so naming a text here is enough to have it translated; nothing
imports this list. A text that a new release changes shows in English until it is named again; a test looks at the most
seen ones.
"""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Add new item"),
    _("Add row"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _("All applications"),
    _("Apply Filters"),
    _("Change History"),
    _("Changes"),
    _("Choose file to upload"),
    _("Collapse"),
    _("Comment"),
    _("Current file"),
    _("Dark"),
    _("Date from"),
    _("Date to"),
    _("Edit"),
    _("Expand row"),
    _("False"),
    _("Forgotten your password or username?"),
    _("From"),
    _("General"),
    _("Go back"),
    _("Group"),
    _("Image preview"),
    _("Light"),
    _("Loading more results..."),
    _("More actions"),
    _("No data"),
    _("No recent searches"),
    _("No results found"),
    _("No results matching your query"),
    _("Object"),
    _("Recent searches"),
    _("Record picture"),
    _("Reset filters"),
    _("Reset to default"),
    _("Return to site"),
    _("Run"),
    _("Search apps and models..."),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("Submit"),
    _("System"),
    _("This item will be deleted."),
    _("This object doesn't have a change history."),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Toggle password visibility"),
    _("True"),
    _("Type to search"),
    _("You have been successfully logged out from the administration"),
)
