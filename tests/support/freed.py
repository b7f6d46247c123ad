"""Whether objects are freed once nothing refers to them."""

import gc


def freed(references):
    """Whether all weak references are dead, after three collections at most.

    Objects that a freed one refers to may need another collection, which takes tenths of a second.
    """
    for _ in range(3):
        if all(reference() is None for reference in references):
            break
        gc.collect()
    return all(reference() is None for reference in references)
