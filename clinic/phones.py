"""Read phone numbers as people write them. Pure."""

import re

# "ext. 4", "(extension 4)", "x4", "#4", ";ext=4", ",,4" at the end of a number.
EXTENSION = re.compile(
    r"(?<=[\d\s).-])[\s(,;]*(?:(?:ext(?:n|ension)?|x|int|anexo)[\s.:#=]*|#\s*|,,\s*|;\s*)\d{1,7}[\s)]*$", re.IGNORECASE
)
