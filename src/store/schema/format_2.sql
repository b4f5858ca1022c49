-- What the queue is looked at by. A row's shade is the state a person sees (store::State), from 0: waiting, running,
-- retrying, done, to review, approved, rejected, failed. Its lane is the certainty of a finished record, 0 to 100.
ALTER TABLE jobs ADD COLUMN outcome TEXT
    CHECK (outcome IN ('done', 'needs_review', 'failed', 'approved', 'rejected'));
ALTER TABLE jobs ADD COLUMN title TEXT;
ALTER TABLE jobs ADD COLUMN certainty INTEGER CHECK (certainty BETWEEN 0 AND 100);
ALTER TABLE jobs ADD COLUMN guarded INTEGER NOT NULL DEFAULT 0;  -- never approved unseen
ALTER TABLE jobs ADD COLUMN shade INTEGER AS (
    CASE state
        WHEN 'queued' THEN iif(attempts > 0, 2, 0)
        WHEN 'running' THEN 1
        WHEN 'failed' THEN 7
        ELSE CASE outcome WHEN 'needs_review' THEN 4 WHEN 'approved' THEN 5 WHEN 'rejected' THEN 6 ELSE 3 END
    END
) VIRTUAL;
ALTER TABLE jobs ADD COLUMN lane INTEGER AS (CASE state WHEN 'done' THEN ifnull(certainty, 0) END) VIRTUAL;

-- Every record says whether it was reviewed; the newest one of a finished job says what its row shows.
UPDATE records SET json = json_insert(json, '$.review', NULL)
WHERE iif(json_valid(json), json_type(json), '') = 'object';
UPDATE jobs SET
    outcome = r.status,
    title = r.json ->> '$.posting.title',
    certainty = (SELECT max(0, min(100, CAST(round(min(value) * 100) AS INTEGER)))
                 FROM json_each(r.json, '$.confidence')),
    guarded = EXISTS (
        SELECT 1 FROM json_each(r.json, '$.flags')
        WHERE value LIKE 'hidden\_text:%' ESCAPE '\' OR value LIKE 'invisible\_chars:%' ESCAPE '\'
           OR value LIKE 'chat\_control:%' ESCAPE '\' OR value LIKE 'suspicious\_text:%' ESCAPE '\'),
    error = r.json ->> '$.error.message'
FROM (
    SELECT posting_key, status, iif(json_valid(json), json, '{}') AS json
    FROM records WHERE seq IN (SELECT max(seq) FROM records GROUP BY posting_key)
) r
WHERE r.posting_key = jobs.posting_key AND jobs.state IN ('done', 'failed');

CREATE INDEX jobs_by_shade ON jobs (shade);
CREATE INDEX jobs_by_lane ON jobs (lane, shade, guarded) WHERE lane IS NOT NULL;

-- How many jobs of a shade are in which range of 1024 ids, so that the nth row is found without walking to it. Lane -1
-- holds all jobs and lanes 0 to 100 those of that certainty; lane n + 1000 sums lane n up in ranges of 65536 ids. Lane -2
-- sums up the certainties, which are its buckets.
CREATE TABLE tally (
    lane   INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    shade  INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (lane, bucket, shade)
) WITHOUT ROWID;
INSERT INTO tally SELECT -1, id >> 10, shade, count(*) FROM jobs GROUP BY 2, 3;
INSERT INTO tally SELECT 999, id >> 16, shade, count(*) FROM jobs GROUP BY 2, 3;
INSERT INTO tally SELECT -2, lane, shade, count(*) FROM jobs WHERE lane IS NOT NULL GROUP BY 2, 3;
INSERT INTO tally SELECT lane, id >> 10, shade, count(*) FROM jobs WHERE lane IS NOT NULL GROUP BY 1, 2, 3;
INSERT INTO tally SELECT lane + 1000, id >> 16, shade, count(*) FROM jobs WHERE lane IS NOT NULL GROUP BY 1, 2, 3;

CREATE TRIGGER jobs_come AFTER INSERT ON jobs BEGIN
    INSERT INTO tally VALUES (-1, NEW.id >> 10, NEW.shade, 1), (999, NEW.id >> 16, NEW.shade, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER jobs_come_finished AFTER INSERT ON jobs WHEN NEW.lane IS NOT NULL BEGIN
    INSERT INTO tally VALUES (-2, NEW.lane, NEW.shade, 1), (NEW.lane, NEW.id >> 10, NEW.shade, 1),
        (NEW.lane + 1000, NEW.id >> 16, NEW.shade, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER jobs_change AFTER UPDATE ON jobs
WHEN OLD.shade IS NOT NEW.shade OR OLD.lane IS NOT NEW.lane OR OLD.id IS NOT NEW.id BEGIN
    UPDATE tally SET n = n - 1 WHERE lane = -1 AND bucket = OLD.id >> 10 AND shade = OLD.shade;
    UPDATE tally SET n = n - 1 WHERE lane = 999 AND bucket = OLD.id >> 16 AND shade = OLD.shade;
    UPDATE tally SET n = n - 1 WHERE lane = -2 AND bucket = OLD.lane AND shade = OLD.shade;
    UPDATE tally SET n = n - 1 WHERE lane = OLD.lane AND bucket = OLD.id >> 10 AND shade = OLD.shade;
    UPDATE tally SET n = n - 1 WHERE lane = OLD.lane + 1000 AND bucket = OLD.id >> 16 AND shade = OLD.shade;
    INSERT INTO tally VALUES (-1, NEW.id >> 10, NEW.shade, 1), (999, NEW.id >> 16, NEW.shade, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO tally
        SELECT -2, NEW.lane, NEW.shade, 1 WHERE NEW.lane IS NOT NULL
        UNION ALL SELECT NEW.lane, NEW.id >> 10, NEW.shade, 1 WHERE NEW.lane IS NOT NULL
        UNION ALL SELECT NEW.lane + 1000, NEW.id >> 16, NEW.shade, 1 WHERE NEW.lane IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER jobs_go AFTER DELETE ON jobs BEGIN
    UPDATE tally SET n = n - 1 WHERE lane = -1 AND bucket = OLD.id >> 10 AND shade = OLD.shade;
    UPDATE tally SET n = n - 1 WHERE lane = 999 AND bucket = OLD.id >> 16 AND shade = OLD.shade;
    UPDATE tally SET n = n - 1 WHERE lane = -2 AND bucket = OLD.lane AND shade = OLD.shade;
    UPDATE tally SET n = n - 1 WHERE lane = OLD.lane AND bucket = OLD.id >> 10 AND shade = OLD.shade;
    UPDATE tally SET n = n - 1 WHERE lane = OLD.lane + 1000 AND bucket = OLD.id >> 16 AND shade = OLD.shade;
END;

-- What people said of records. Entries are only ever appended; one that undoes another is an entry too.
CREATE TABLE reviews (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    posting_key TEXT NOT NULL REFERENCES jobs(posting_key),
    seq         INTEGER NOT NULL,  -- of the record that was looked at
    at          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    batch       INTEGER NOT NULL,  -- the first entry of those written in one go
    undoes      INTEGER REFERENCES reviews(id),
    change      TEXT,              -- JSON
    CHECK ((undoes IS NULL) != (change IS NULL))
);
CREATE INDEX reviews_by_posting ON reviews (posting_key);
CREATE TRIGGER reviews_stay AFTER UPDATE ON reviews BEGIN SELECT raise(ABORT, 'the review log is append-only'); END;
CREATE TRIGGER reviews_remain BEFORE DELETE ON reviews BEGIN SELECT raise(ABORT, 'the review log is append-only'); END;
