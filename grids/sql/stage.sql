-- Where the rows of a file wait while they are checked; gone when the transaction ends. Takes and gives nothing.
-- Not ORM: the table lives for one transaction only.
CREATE TEMPORARY TABLE grids_staged (
    number integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    name text NOT NULL,
    parent text COLLATE "C" NOT NULL,
    households integer,
    kind text NOT NULL,
    shape geometry(Geometry, 4326),
    point geometry(Point, 4326)
) ON COMMIT DROP
