"""The heat: where and when issues were reported, counted in `bins`, read by `queries`, sent by `api` in the format of `codec`."""
