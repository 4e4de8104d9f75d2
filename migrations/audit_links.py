"""What only SQL can say about the chain of the audit: links are written by the database when a transaction commits.

The content of a link is every text of the audit row with its length in bytes before it; ``core/audit_chain.py``
computes the same in Python. The lock is taken by the last thing a transaction does, so it cannot be part of a deadlock.
"""

LOCK = 7302126013457  # any number nobody else locks

GUARDS = [
    """
    create function audit_text(said text) returns text language sql immutable as $$
        select octet_length(said)::text || ':' || said
    $$
    """,
    f"""
    create function link_audit() returns trigger language plpgsql as $$
    declare
        last record;
    begin
        perform pg_advisory_xact_lock({LOCK});
        select seq, hash into last from audit_link order by seq desc limit 1;
        insert into audit_link (seq, audit_id, prev, hash) values (
            coalesce(last.seq, 0) + 1, new.id, coalesce(last.hash, ''),
            encode(sha256(convert_to(
                audit_text(coalesce(last.hash, '')) || audit_text(new.id::text)
                || audit_text((extract(epoch from new.at) * 1000000)::bigint::text)
                || audit_text(new.act) || audit_text(new.about)
                || audit_text(new.actor_role) || audit_text(new.actor_code) || audit_text(new.on_behalf_of)
                || audit_text(new.reason) || audit_text(new.before::text) || audit_text(new.after::text),
            'UTF8')), 'hex'));
        return null;
    end $$
    """,
    "create constraint trigger audit_linked after insert on audit "
    "deferrable initially deferred for each row execute function link_audit()",
    "create trigger audit_link_append_only before update or delete on audit_link "
    "for each row execute function refuse_change()",
    "create trigger audit_link_no_truncate before truncate on audit_link "
    "for each statement execute function refuse_change()",
]

# Rows from before the chain, in their order: the same content, computed by the trigger's own function.
BACKFILL = """
    do $$
    declare
        r audit%rowtype;
        prev text := '';
        n bigint := 0;
        made text;
    begin
        for r in select * from audit order by id loop
            made := encode(sha256(convert_to(
                audit_text(prev) || audit_text(r.id::text)
                || audit_text((extract(epoch from r.at) * 1000000)::bigint::text)
                || audit_text(r.act) || audit_text(r.about)
                || audit_text(r.actor_role) || audit_text(r.actor_code) || audit_text(r.on_behalf_of)
                || audit_text(r.reason) || audit_text(r.before::text) || audit_text(r.after::text),
            'UTF8')), 'hex');
            n := n + 1;
            insert into audit_link (seq, audit_id, prev, hash) values (n, r.id, prev, made);
            prev := made;
        end loop;
    end $$
"""

UNGUARD = ["drop function link_audit() cascade", "drop function audit_text(text)"]
