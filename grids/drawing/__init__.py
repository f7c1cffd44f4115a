"""Drawing areas where nobody has surveyed any: cells in a village, villages in a township, townships in a county.

An outline is cut into a fine irregular mesh whose outer edges are exactly the outline's own (`mesh`), the faces of the mesh
are dealt out to the parts (`partition`), and the faces of a part are joined (`divide`). Since all parts are made of faces of
one mesh, neighbours share every corner to the last bit: there is no gap and no overlap, by construction.
"""
