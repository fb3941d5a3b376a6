"""A store in SQLite: its tables beside those of the library, and the longer statements."""

from __future__ import annotations

TABLES = (
    "CREATE TABLE answers (source TEXT, command TEXT, digest BLOB, "
    "PRIMARY KEY (source, command)) WITHOUT ROWID",
    "CREATE TABLE fences (number INTEGER PRIMARY KEY, epoch INTEGER)",
    "CREATE TABLE lookup (kind TEXT, key TEXT, member TEXT, PRIMARY KEY (kind, key, member)) WITHOUT ROWID",
    "CREATE TABLE timers (timer TEXT PRIMARY KEY, number INTEGER, due INTEGER, body BLOB)",
    "CREATE INDEX timers_due ON timers (due)",
    "CREATE TABLE relay_places (topic TEXT, number INTEGER, place INTEGER, sequence INTEGER, message TEXT, "
    "PRIMARY KEY (topic, number)) WITHOUT ROWID",
    "CREATE TABLE positions (name TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
)
VIEW_TABLES = (
    "CREATE TABLE positions (name TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID",
    "CREATE TABLE documents (view TEXT, kind TEXT, id TEXT, account TEXT, body BLOB, UNIQUE (kind, id))",
    "CREATE INDEX documents_account ON documents (kind, account, id)",
    "CREATE INDEX documents_view ON documents (view)",
)
MOVE_PLACE = (
    "INSERT INTO tracking VALUES (?, ?) ON CONFLICT (application_name) DO UPDATE "
    "SET notification_id = excluded.notification_id "
    "WHERE tracking.notification_id < excluded.notification_id"
)
RAISE_FENCE = "INSERT INTO fences VALUES (?, 1) ON CONFLICT (number) DO UPDATE SET epoch = epoch + 1"
MOVE_POSITION = "INSERT OR REPLACE INTO positions VALUES (?, ?)"
LOAD = (
    "SELECT event.rowid, event.* FROM json_each(?) AS asked CROSS JOIN stored_events AS event "
    "ON event.originator_id = asked.key AND event.originator_version > asked.value "
    "ORDER BY event.originator_id, event.originator_version"
)
ROWS = (
    "SELECT row.* FROM json_each(?) AS asked CROSS JOIN lookup AS row "
    "ON row.kind = json_extract(asked.value, '$[0]') AND row.key = json_extract(asked.value, '$[1]') "
    "ORDER BY row.kind, row.key, row.member"
)
ANSWERS = (
    "SELECT answer.* FROM json_each(?) AS asked CROSS JOIN answers AS answer "
    "ON answer.source = json_extract(asked.value, '$[0]') "
    "AND answer.command = json_extract(asked.value, '$[1]')"
)
