"""A store in PostgreSQL: its tables beside those of the library, and every statement."""

from __future__ import annotations

TABLES = """
CREATE TABLE {schema}.answers (
    source text, command text, digest bytea NOT NULL, PRIMARY KEY (source, command));
CREATE TABLE {schema}.fences (number bigint PRIMARY KEY, epoch bigint NOT NULL);
CREATE TABLE {schema}.lookup (kind text, key text, member text, PRIMARY KEY (kind, key, member));
CREATE TABLE {schema}.timers (
    timer text PRIMARY KEY, number bigint NOT NULL, due bigint NOT NULL, body bytea NOT NULL);
CREATE INDEX timers_due ON {schema}.timers (due);
CREATE TABLE {schema}.relay_places (
    topic text, number bigint, place bigint NOT NULL, sequence bigint NOT NULL, message text NOT NULL,
    PRIMARY KEY (topic, number));
CREATE TABLE {schema}.positions (name text PRIMARY KEY, position bigint NOT NULL);
CREATE TABLE {schema}.documents (
    view text NOT NULL, kind text, id text, account text NOT NULL, body bytea NOT NULL,
    PRIMARY KEY (kind, id));
CREATE INDEX documents_account ON {schema}.documents (kind, account, id);
CREATE INDEX documents_view ON {schema}.documents (view);
CREATE TABLE {schema}.settings (name text PRIMARY KEY, value text NOT NULL);
INSERT INTO {schema}.settings VALUES ('log_id', gen_random_uuid()::text);
"""

# The shared lock on the fences ends before `claim` gets its exclusive one, so whoever claims a partition
# knows that nothing of its former owner is still to come. The lock on the log makes its order the order of
# commits; one on the table would do so too, and make every commit wait for each ANALYZE and VACUUM of it.
# Places alone need no turn.
COMMIT = """
CREATE FUNCTION {schema}.commit_batch(
    fence_numbers bigint[], fence_epochs bigint[],
    place_names text[], place_values bigint[],
    answer_sources text[], answer_commands text[], answer_digests bytea[],
    streams text[], versions bigint[], names text[], states bytea[],
    drop_kinds text[], drop_keys text[], drop_members text[],
    put_kinds text[], put_keys text[], put_members text[],
    drop_timers text[],
    timer_names text[], timer_numbers bigint[], timer_dues bigint[], timer_bodies bytea[],
    OUT head_before bigint, OUT last_sequence bigint)
LANGUAGE plpgsql AS $commit$
DECLARE
    moved bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared({fences_lock});
    IF cardinality(fence_numbers) > 0 AND EXISTS (
        SELECT FROM unnest(fence_numbers, fence_epochs) AS asked (number, epoch)
        LEFT JOIN {schema}.fences AS fence ON fence.number = asked.number
        WHERE fence.epoch IS DISTINCT FROM asked.epoch)
    THEN
        RAISE 'a fence was raised since: partitions %, epochs %', fence_numbers, fence_epochs
        USING ERRCODE = 'AF001';
    END IF;
    IF cardinality(streams) + cardinality(answer_sources) + cardinality(drop_kinds) + cardinality(put_kinds)
        + cardinality(drop_timers) + cardinality(timer_names) > 0
    THEN
        PERFORM pg_advisory_xact_lock({log_lock});
    END IF;
    SELECT coalesce(max(notification_id), 0) INTO head_before FROM {schema}.stored_events;
    last_sequence := head_before;
    IF cardinality(place_names) > 0 THEN
        INSERT INTO {schema}.tracking AS kept
        SELECT * FROM unnest(place_names, place_values) AS place (name, value) ORDER BY name
        ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id
        WHERE kept.notification_id < excluded.notification_id;
        GET DIAGNOSTICS moved = ROW_COUNT;
        IF moved < cardinality(place_names) THEN
            RAISE 'a place is already taken, or passed: %', place_names USING ERRCODE = 'AF002';
        END IF;
    END IF;
    IF cardinality(answer_sources) > 0 THEN
        INSERT INTO {schema}.answers SELECT * FROM unnest(answer_sources, answer_commands, answer_digests);
    END IF;
    IF cardinality(streams) > 0 THEN
        INSERT INTO {schema}.stored_events (originator_id, originator_version, topic, state)
        SELECT * FROM unnest(streams, versions, names, states);
        last_sequence := currval({sequence});
    END IF;
    IF cardinality(drop_kinds) > 0 THEN
        DELETE FROM {schema}.lookup AS kept
        USING unnest(drop_kinds, drop_keys, drop_members) AS gone (kind, key, member)
        WHERE kept.kind = gone.kind AND kept.key = gone.key AND kept.member = gone.member;
    END IF;
    IF cardinality(put_kinds) > 0 THEN
        INSERT INTO {schema}.lookup SELECT * FROM unnest(put_kinds, put_keys, put_members)
        ON CONFLICT DO NOTHING;
    END IF;
    IF cardinality(drop_timers) > 0 THEN
        DELETE FROM {schema}.timers WHERE timer = ANY (drop_timers);
    END IF;
    IF cardinality(timer_names) > 0 THEN
        INSERT INTO {schema}.timers SELECT * FROM unnest(timer_names, timer_numbers, timer_dues, timer_bodies)
        ON CONFLICT (timer) DO UPDATE
        SET number = excluded.number, due = excluded.due, body = excluded.body;
    END IF;
END
$commit$
"""

STATEMENTS = {
    "commit": f"SELECT * FROM {{schema}}.commit_batch({', '.join(['%b'] * 22)})",
    "load": "SELECT notification_id, originator_id, originator_version, topic, state "
    "FROM {schema}.stored_events WHERE originator_id = ANY (%b) AND originator_version > %b",
    # The inner order keeps the planner to one index scan a stream, whatever it thinks of the table's size.
    "load_above": "SELECT event.* FROM unnest(%b, %b) AS asked (stream, above) CROSS JOIN LATERAL ("
    "SELECT notification_id, originator_id, originator_version, topic, state FROM {schema}.stored_events "
    "WHERE originator_id = asked.stream AND originator_version > asked.above "
    "ORDER BY originator_version) AS event",
    "log": "SELECT notification_id, originator_id, originator_version, topic, state "
    "FROM {schema}.stored_events WHERE notification_id > %b ORDER BY notification_id LIMIT %b",
    "raw_log": "SELECT notification_id, originator_id, originator_version, topic, state "
    "FROM {schema}.stored_events WHERE notification_id >= %b ORDER BY notification_id LIMIT %b",
    "begun": "SELECT notification_id, originator_id, originator_version, topic, state "
    "FROM {schema}.stored_events WHERE notification_id > %b AND notification_id <= %b "
    "AND originator_version = 1 ORDER BY notification_id LIMIT %b",
    "head": "SELECT coalesce(max(notification_id), 0) FROM {schema}.stored_events",
    "rows": "SELECT row.* FROM unnest(%b, %b) AS asked (kind, key) CROSS JOIN LATERAL ("
    "SELECT * FROM {schema}.lookup AS kept WHERE kept.kind = asked.kind AND kept.key = asked.key "
    'ORDER BY member COLLATE "C") AS row',
    "rows_of": 'SELECT * FROM {schema}.lookup WHERE kind = %b ORDER BY key COLLATE "C", member COLLATE "C"',
    "answers": "SELECT kept.* FROM unnest(%b, %b) AS asked (source, command) CROSS JOIN LATERAL ("
    "SELECT * FROM {schema}.answers AS kept WHERE kept.source = asked.source "
    "AND kept.command = asked.command OFFSET 0) AS kept",
    "places": "SELECT * FROM {schema}.tracking WHERE application_name <> '__migration__'",
    "claim": "INSERT INTO {schema}.fences AS kept SELECT *, 1 FROM unnest(%b) ON CONFLICT (number) DO UPDATE "
    "SET epoch = kept.epoch + 1 RETURNING number, epoch",
    "due": "SELECT * FROM {schema}.timers WHERE due <= %b AND number = ANY (%b) "
    'ORDER BY due, timer COLLATE "C" LIMIT %b',
    "timers": "SELECT count(*) FROM {schema}.timers",
    "relay_places": "SELECT * FROM {schema}.relay_places",
    "save_relay": "WITH moved AS (INSERT INTO {schema}.positions VALUES (%b, %b) "
    "ON CONFLICT (name) DO UPDATE SET position = excluded.position) "
    "INSERT INTO {schema}.relay_places SELECT * FROM unnest(%b, %b, %b, %b, %b) "
    "ON CONFLICT (topic, number) DO UPDATE "
    "SET place = excluded.place, sequence = excluded.sequence, message = excluded.message",
    "position": "SELECT position FROM {schema}.positions WHERE name = %b",
    "setting": "SELECT value FROM {schema}.settings WHERE name = %b",
    "set": "INSERT INTO {schema}.settings VALUES (%b, %b) ON CONFLICT DO NOTHING",
    "put_documents": "WITH moved AS (INSERT INTO {schema}.positions VALUES (%b, %b) "
    "ON CONFLICT (name) DO UPDATE SET position = excluded.position) "
    "INSERT INTO {schema}.documents SELECT * FROM unnest(%b, %b, %b, %b, %b) "
    "ON CONFLICT (kind, id) DO UPDATE "
    "SET view = excluded.view, account = excluded.account, body = excluded.body",
    "drop_documents": "WITH gone AS (DELETE FROM {schema}.documents WHERE view = %b) "
    "DELETE FROM {schema}.positions WHERE name = %b",
    "document": "SELECT kind, id, account, body FROM {schema}.documents WHERE kind = %b AND id = %b",
    "documents": "SELECT kind, id, account, body FROM {schema}.documents WHERE kind = %b AND account = %b "
    'ORDER BY id COLLATE "C"',
}
