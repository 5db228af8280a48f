"""What a lab CA remembers: one sqlite file in its state directory.

For the server and for the commands that act on a running one (they meet here, there is no
control socket): keys, certificates, transactions, challenges, the request log and the clock.
"""

import calendar
import contextlib
import datetime
import json
import os
import secrets
import sqlite3
import threading
import time

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS authority (
    role TEXT NOT NULL, generation INTEGER NOT NULL, certificate BLOB NOT NULL,
    private_key BLOB NOT NULL, PRIMARY KEY (role, generation));
CREATE TABLE IF NOT EXISTS issued (
    serial TEXT PRIMARY KEY, generation INTEGER NOT NULL, certificate BLOB NOT NULL,
    subject TEXT NOT NULL, transaction_id TEXT NOT NULL, issued_at INTEGER NOT NULL,
    revoked_at INTEGER, reason TEXT);
CREATE TABLE IF NOT EXISTS transactions (
    transaction_id TEXT PRIMARY KEY, request BLOB NOT NULL, status TEXT NOT NULL, serial TEXT,
    fail_info INTEGER, polls INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS challenge (
    value TEXT PRIMARY KEY, expires INTEGER, used_by TEXT);
CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
"""


def parse_iso(text):
    """Return int seconds since 1970 for an ISO 8601 time (UTC unless it says otherwise).

    Raises ValueError with the text when it is not one.
    """
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        return calendar.timegm(moment.timetuple())
    return int(moment.timestamp())


def iso(seconds):
    """Return `YYYY-MM-DDTHH:MM:SSZ` for int seconds since 1970."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class State:
    """The lab CA's memory in `directory`/state.sqlite; safe to open from several processes.

    Invariant: every public call is one transaction; no call leaves half a change.
    """

    def __init__(self, directory):
        """Open or create the state in `directory` (str), made with mode 0700."""
        os.makedirs(directory, mode=0o700, exist_ok=True)
        self.directory = directory
        self._path = os.path.join(directory, "state.sqlite")
        self._local = threading.local()
        with self._transaction() as db:
            db.executescript(SCHEMA)

    @contextlib.contextmanager
    def _transaction(self):
        db = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self._path, timeout=20, isolation_level=None)
            db.row_factory = sqlite3.Row
            # The lab's state outlives a killed process but need not outlive a power cut.
            db.execute("PRAGMA synchronous=OFF")
            self._local.db = db
        if db.in_transaction:
            yield db
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        if db.in_transaction:
            db.execute("COMMIT")

    def _rows(self, sql, *values):
        with self._transaction() as db:
            return [dict(row) for row in db.execute(sql, values)]

    # -- settings and the clock ------------------------------------------------------------

    def setting(self, name, default=None):
        """Return the JSON value stored under `name`, or `default`."""
        rows = self._rows("SELECT value FROM setting WHERE name = ?", name)
        return json.loads(rows[0]["value"]) if rows else default

    def set_setting(self, name, value):
        """Store `value` (anything JSON holds) under `name`."""
        with self._transaction() as db:
            db.execute("REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))

    def now(self):
        """Return the lab's time: the host's, moved by what `set_clock` was told."""
        return int(time.time()) + self.setting("clock_offset", 0)

    def set_clock(self, seconds):
        """Let the lab's time be `seconds` since 1970 from now on; it goes on running."""
        self.set_setting("clock_offset", seconds - int(time.time()))

    # -- CA and RA keys --------------------------------------------------------------------

    def add_authority(self, role, generation, certificate, private_key):
        """Store a CA or RA: role (str), generation (int from 0), DER certificate and PKCS#8."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO authority VALUES (?, ?, ?, ?)",
                (role, generation, certificate, private_key),
            )

    def authorities(self):
        """Return rows (role, generation, certificate, private_key), oldest generation first."""
        return self._rows("SELECT * FROM authority ORDER BY generation, rowid")

    # -- certificates ----------------------------------------------------------------------

    def add_issued(self, serial, generation, certificate, subject, transaction_id):
        """Record an issued certificate; `serial` is lower-case hex without leading zeros."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO issued (serial, generation, certificate, subject, transaction_id,"
                " issued_at) VALUES (?, ?, ?, ?, ?, ?)",
                (serial, generation, certificate, subject, transaction_id, self.now()),
            )

    def issued(self, serial=None):
        """Return the row of one serial (or None), or all rows when no serial is given."""
        if serial is None:
            return self._rows("SELECT * FROM issued ORDER BY rowid")
        rows = self._rows("SELECT * FROM issued WHERE serial = ?", serial)
        return rows[0] if rows else None

    def revoke(self, serial, reason):
        """Mark a certificate revoked; reason is a CRLReason name as `keyCompromise`."""
        with self._transaction() as db:
            db.execute(
                "UPDATE issued SET revoked_at = ?, reason = ? WHERE serial = ?",
                (self.now(), reason, serial),
            )

    def release(self, serial):
        """Lift a hold: only a certificate with reason certificateHold becomes good again."""
        with self._transaction() as db:
            db.execute(
                "UPDATE issued SET revoked_at = NULL, reason = NULL"
                " WHERE serial = ? AND reason = 'certificateHold'",
                (serial,),
            )

    # -- transactions ----------------------------------------------------------------------

    def transaction(self, transaction_id):
        """Return the row of a transactionID (str) or None."""
        rows = self._rows("SELECT * FROM transactions WHERE transaction_id = ?", transaction_id)
        return rows[0] if rows else None

    def transactions(self):
        """Return all transactions, oldest first."""
        return self._rows("SELECT * FROM transactions ORDER BY rowid")

    def put_transaction(self, transaction_id, request, status, serial=None, fail_info=None):
        """Store or replace a transaction; status in pending, approved, issued, denied."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO transactions (transaction_id, request, status, serial, fail_info)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (transaction_id) DO UPDATE SET"
                " request = excluded.request, status = excluded.status,"
                " serial = excluded.serial, fail_info = excluded.fail_info",
                (transaction_id, request, status, serial, fail_info),
            )

    def count_poll(self, transaction_id):
        """Count one CertPoll of a transaction."""
        with self._transaction() as db:
            db.execute(
                "UPDATE transactions SET polls = polls + 1 WHERE transaction_id = ?",
                (transaction_id,),
            )

    # -- challenges ------------------------------------------------------------------------

    def new_challenge(self, digits=16, lifetime=3600):
        """Make and return a one-time challenge of `digits` hex digits, good for `lifetime` s."""
        value = secrets.token_hex(digits // 2).upper()
        with self._transaction() as db:
            db.execute("INSERT INTO challenge VALUES (?, ?, NULL)", (value, self.now() + lifetime))
        return value

    def use_challenge(self, value, transaction_id):
        """Consume a one-time challenge for a transaction; True when it was good.

        The same transaction may come back with the challenge that it consumed itself.
        """
        with self._transaction() as db:
            row = db.execute("SELECT * FROM challenge WHERE value = ?", (value,)).fetchone()
            if row is None or row["expires"] < self.now():
                return False
            if row["used_by"] not in (None, transaction_id):
                return False
            db.execute("UPDATE challenge SET used_by = ? WHERE value = ?", (transaction_id, value))
        return True

    def challenges(self):
        """Return rows (value, expires, used_by)."""
        return self._rows("SELECT * FROM challenge")

    # -- the log ---------------------------------------------------------------------------

    def log(self, **entry):
        """Append one request to the log (fields of `labca log --json`)."""
        entry = {"time": iso(self.now()), **entry}
        with self._transaction() as db:
            db.execute("INSERT INTO log (entry) VALUES (?)", (json.dumps(entry),))

    def log_entries(self):
        """Return all log entries as dicts, oldest first."""
        return [json.loads(row["entry"]) for row in self._rows("SELECT entry FROM log ORDER BY id")]
