"""How every form of the project is drawn: ``{{ form }}`` and ``{{ field.as_field_group }}`` give our markup.

Named in ``settings.FORM_RENDERER``. Own template names, not overrides of django/forms/*, so that
the admin keeps its forms. Widgets keep Django's templates: forms.css styles controls by element.
"""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Draws forms, formsets and fields from templates/components."""

    form_template_name = "components/form.html"
    formset_template_name = "components/formset.html"
    field_template_name = "components/field.html"
