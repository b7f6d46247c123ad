"""The front door of the book: a photograph to point at, and an answer that can be turned."""

from vggviz.explorer.hero.front import Hero as Hero
from vggviz.explorer.hero.front import hero as hero
