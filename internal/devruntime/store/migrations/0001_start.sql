CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE agents (
	id TEXT PRIMARY KEY, name TEXT NOT NULL, dsl TEXT NOT NULL, mode TEXT NOT NULL, capabilities TEXT NOT NULL, metadata TEXT NOT NULL,
	state TEXT NOT NULL, external INTEGER NOT NULL, last_result TEXT, interval_nanos INTEGER NOT NULL, heard INTEGER NOT NULL,
	created INTEGER NOT NULL, active INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX events_of ON events(agent, seq);

CREATE TABLE history (seq INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL, execution TEXT NOT NULL, status TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX history_of ON history(agent, seq);

CREATE TABLE invocations (
	scope TEXT NOT NULL, id TEXT NOT NULL, identity TEXT NOT NULL, agent TEXT NOT NULL, run TEXT NOT NULL, work TEXT NOT NULL,
	owner TEXT NOT NULL, phase TEXT NOT NULL, audit TEXT NOT NULL, result TEXT NOT NULL, problem TEXT NOT NULL,
	created INTEGER NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (scope, id)
); -- with a rowid: without one a row of more than a quarter page takes a page of its own beside it
CREATE INDEX invocations_figures ON invocations(agent, phase, created, changed);
CREATE INDEX invocations_open ON invocations(agent, phase) WHERE phase IN ('queued', 'running');
CREATE INDEX invocations_run ON invocations(run);

CREATE TABLE messages (
	seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sender TEXT NOT NULL, recipient TEXT NOT NULL, topic TEXT, kind TEXT NOT NULL,
	payload TEXT NOT NULL, sent INTEGER NOT NULL, ttl INTEGER NOT NULL, status TEXT NOT NULL
);
CREATE INDEX messages_for ON messages(recipient, seq) WHERE status = 'pending';
CREATE INDEX messages_due ON messages(sent + ttl) WHERE status = 'pending';
CREATE INDEX messages_done ON messages(seq) WHERE status <> 'pending';

-- How many messages wait, and how long they are together: counting them for
-- each new one would take longer the more there are.
CREATE TABLE mail (one INTEGER PRIMARY KEY CHECK (one = 1), pending INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO mail VALUES (1, 0, 0);
CREATE TRIGGER mail_in AFTER INSERT ON messages WHEN new.status = 'pending' BEGIN
	UPDATE mail SET pending = pending + 1, bytes = bytes + octet_length(new.payload);
END;
CREATE TRIGGER mail_out AFTER UPDATE OF status ON messages WHEN old.status = 'pending' AND new.status <> 'pending' BEGIN
	UPDATE mail SET pending = pending - 1, bytes = bytes - octet_length(old.payload);
END;
CREATE TRIGGER mail_gone AFTER DELETE ON messages WHEN old.status = 'pending' BEGIN
	UPDATE mail SET pending = pending - 1, bytes = bytes - octet_length(old.payload);
END;
