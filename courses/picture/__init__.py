"""The picture of a course: facts in, columns of days and placed shapes out. Pure; the templates draw what is placed.

Facts (``facts``) are counted by fives (``fives``) and phases (``phases``), laid out by day (``days``), burnt down
(``burndown``) and placed (``drawing``). What a day earned is not known here: billing draws a layer of its own.
"""

from courses.picture.drawing import Picture, picture_of
from courses.picture.facts import CoursePictured

__all__ = ["CoursePictured", "Picture", "picture_of"]
