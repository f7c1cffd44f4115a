"""A whole province, made in minutes: a lattice of cells in real county outlines, staff, and millions of issues by COPY.

`outlines` says where the counties lie, `lattice` cuts them into cells, `territory` stores the tree, `staff` posts people, `past`
decides what happened where and when, `archive` and `present` write it as rows, `bare` takes indexes away meanwhile, `steps`
remembers what is done, `making` runs it all.
"""
