"""A stock django-oscar, as its documents tell to set one up."""
