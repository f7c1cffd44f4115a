"""Papers: the official faces of what stands in the ledger, on the screen and as PDF from one template; nothing is typed twice.

A paper is rows of facts and boxes to sign (`paper`), made of what is known of an issue (`dossier`) by the functions that
`kinds` lists, and drawn as PDF by `pdf`. No paper holds how a requester can be reached: it leaves the building.
"""
