"""What no table definition can say: rules the database itself keeps about the ledger and the audit."""

GUARDS = [
    """
    create function refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception '% rows are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
    end $$
    """,
    *[
        f"create trigger {table}_append_only before update or delete on {table} "
        "for each row execute function refuse_change()"
        for table in ("ledger_entry", "ledger_posting", "audit", "score_event", "score_params")
    ],
    *[
        f"create trigger {table}_no_truncate before truncate on {table} "
        "for each statement execute function refuse_change()"
        for table in ("ledger_entry", "ledger_posting", "audit", "score_event", "score_params")
    ],
    """
    create function ledger_entry_sums_to_zero() returns trigger language plpgsql as $$
    declare
        wrong bigint;
    begin
        select sum(fen) into wrong from ledger_posting where entry_id = new.entry_id
            group by currency having sum(fen) <> 0 limit 1;
        if wrong is not null then
            raise exception 'ledger entry % is off by %', new.entry_id, wrong using errcode = 'check_violation';
        end if;
        return null;
    end $$
    """,
    "create constraint trigger ledger_posting_zero_sum after insert on ledger_posting "
    "deferrable initially deferred for each row execute function ledger_entry_sums_to_zero()",
    """
    create function ledger_entry_has_legs() returns trigger language plpgsql as $$
    begin
        if not exists (select 1 from ledger_posting where entry_id = new.id) then
            raise exception 'ledger entry % has no legs', new.id using errcode = 'check_violation';
        end if;
        return null;
    end $$
    """,
    "create constraint trigger ledger_entry_complete after insert on ledger_entry "
    "deferrable initially deferred for each row execute function ledger_entry_has_legs()",
]

UNGUARD = [
    "drop function refuse_change() cascade",
    "drop function ledger_entry_sums_to_zero() cascade",
    "drop function ledger_entry_has_legs() cascade",
]
