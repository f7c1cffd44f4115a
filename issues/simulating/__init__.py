"""The past replayed under another policy: who would have been late, what would have climbed, how much each desk held.

Method. Of every issue reported in the months asked for, the ledger says when each level had it and how that stay ended:
by work (solved, passed on by a person, returned), or by the clock. Replayed, work takes as long as it took: the same
working time for clocks in days, the same hours for urgent ones; it goes on where the issue is, also after a climb. A
stay that nobody ended but the clock ends when the policy's own clock says so. Where nothing differs from what happened,
the real moment is taken, to the second. Red stays a person's decision: only those of the past enter; the clock drafts.

Limits. People are taken to work as they did, whatever the limits: a shorter limit makes nobody faster here. Extensions
granted in the past are not granted again; a stay that stood still goes on standing still as long. How many issues are
reported, and at which light people accept them, is as it was.
"""

from __future__ import annotations
